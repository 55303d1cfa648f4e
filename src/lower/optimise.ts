import type { Graph } from "../ir/node.js";
import { verifyTypes } from "./rewrite.js";
import { share } from "./share.js";
import { simplify } from "./simplify.js";

const passes = [share, simplify, share, simplify, share];

/** Every pass in order, each verified by inferring all types again. Unused values fall away by themselves. */
export function optimise(graph: Graph): Graph {
  return passes.reduce((current, pass) => {
    const next = pass(current);
    verifyTypes(next, pass.name);
    return next;
  }, graph);
}
