import type { Engine, EngineInfo } from "../training/engine.js";
import type { OpenEngine } from "../training/trainer.js";

/** Opens engines whose dataset seems to have no test split, so that nothing trained with them can be scored on it. */
export function validationOnly(open: OpenEngine): OpenEngine {
  return async (...parameters) => {
    const engine = await open(...parameters);
    return engine === null ? null : withoutTest(engine);
  };
}

function withoutTest(engine: Engine): Engine {
  const { dataset } = engine.info;
  const info: EngineInfo = {
    ...engine.info,
    dataset: { ...dataset, counts: { ...dataset.counts, test: 0 } },
  };
  const evaluate: Engine["evaluate"] = (request) =>
    request.split === "test"
      ? Promise.reject(new Error("internal: a trial of a search asked for the test split"))
      : engine.evaluate(request);
  return new Proxy(engine, {
    get(target, name) {
      if (name === "info") return info;
      if (name === "evaluate") return evaluate;
      const member: unknown = Reflect.get(target, name);
      return typeof member === "function" ? (member.bind(target) as unknown) : member;
    },
  });
}
