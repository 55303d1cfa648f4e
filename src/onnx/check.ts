import { nodeProblem } from "./checkNode.js";
import { tensorProblem } from "./checkTensor.js";
import type { OnnxGraph, OnnxModel, OnnxNode, OnnxValueInfo } from "./model.js";
import { nearestName } from "./nearestName.js";
import { OnnxCheckError } from "./onnxCheckError.js";
import type { Provider } from "./opSupport.js";
import { tensorFormats } from "./tensorFormats.js";

/**
 * Checks the structure of a model: every value named once, in all graphs, and defined before its use; node names
 * unique; operators, their inputs, outputs and attributes as the support table has them; constants complete and
 * used; graph inputs and outputs typed.
 *
 * @param providers execution providers that must have a kernel for every node
 * @throws OnnxCheckError at the first fault
 */
export function checkModel(model: OnnxModel, providers: readonly Provider[] = []): void {
  new GraphCheck(model.graph, model.graph.name, undefined, new Set(), providers).run();
}

class GraphCheck {
  /** Every value of this graph by the end of it, with what defines it. */
  private readonly declared = new Map<string, string>();
  /** The values defined up to the node under check. */
  private readonly defined = new Set<string>();
  private readonly used = new Set<string>();
  /** This graph and those around it, innermost first. */
  private readonly scopes: readonly GraphCheck[];

  constructor(
    private readonly graph: OnnxGraph,
    private readonly path: string,
    outer: GraphCheck | undefined,
    private readonly nodeNames: Set<string>,
    private readonly providers: readonly Provider[],
  ) {
    this.scopes = [this, ...(outer?.scopes ?? [])];
  }

  run(): void {
    this.declareAll();
    for (const value of [...this.graph.inputs, ...this.graph.outputs]) this.checkType(value);
    for (const initializer of this.graph.initializers) {
      const problem = tensorProblem(initializer);
      if (problem !== undefined) this.fail("", `initializer "${initializer.name}" ${problem}`);
    }
    for (const { name } of [...this.graph.inputs, ...this.graph.initializers]) this.defined.add(name);
    for (const node of this.graph.nodes) this.checkNode(node);
    this.checkOutputs();
    const unused = this.graph.initializers.find(({ name }) => !this.used.has(name));
    if (unused !== undefined) this.fail("", `initializer "${unused.name}" is not used`);
  }

  private declareAll(): void {
    for (const { name } of this.graph.inputs) this.declare(name, "an input", "");
    for (const { name } of this.graph.initializers) this.declare(name, "an initializer", "");
    for (const node of this.graph.nodes) {
      if (node.name === "") this.fail("", `the node that computes "${node.outputs.join(", ")}" has no name`);
      if (this.nodeNames.has(node.name)) this.fail(node.name, "another node of the model has the same name");
      this.nodeNames.add(node.name);
      for (const name of node.outputs) {
        if (name !== "") this.declare(name, `an output of node "${node.name}"`, node.name);
      }
    }
  }

  private declare(name: string, as: string, node: string): void {
    if (name === "") this.fail(node, `${as} has no name`);
    for (const scope of this.scopes) {
      const earlier = scope.declared.get(name);
      if (earlier === undefined) continue;
      const where = scope === this ? "" : ` of graph "${scope.path}"`;
      this.fail(node, `value "${name}" is defined twice: as ${as} and as ${earlier}${where}`);
    }
    this.declared.set(name, as);
  }

  private checkType(value: OnnxValueInfo): void {
    if (!Object.hasOwn(tensorFormats, value.dtype)) {
      this.fail(
        "",
        `"${value.name}" has dtype ${value.dtype}; expected one of ${Object.keys(tensorFormats).join(", ")}`,
      );
    }
    for (const dimension of value.dims) {
      const right =
        typeof dimension === "string" ? dimension !== "" : Number.isSafeInteger(dimension) && dimension >= 0;
      if (right) continue;
      this.fail(
        "",
        `"${value.name}" has a dimension ${JSON.stringify(dimension)}; expected a size from 0 or a name`,
      );
    }
  }

  private checkNode(node: OnnxNode): void {
    const problem = nodeProblem(node, this.providers);
    if (problem !== undefined) this.fail(node.name, problem);
    for (const name of node.inputs) if (name !== "") this.use(name, node);
    for (const attribute of Object.values(node.attributes)) {
      if (attribute.kind !== "graph") continue;
      const path = `${this.path}/${attribute.value.name}`;
      new GraphCheck(attribute.value, path, this, this.nodeNames, this.providers).run();
    }
    for (const name of node.outputs) this.defined.add(name);
  }

  private use(name: string, node: OnnxNode): void {
    for (const scope of this.scopes) {
      if (scope.defined.has(name)) {
        scope.used.add(name);
        return;
      }
      const later = scope.declared.get(name);
      if (later !== undefined) {
        this.fail(
          node.name,
          `input "${name}" is used before it is defined, as ${later}; sort the nodes by dependence`,
        );
      }
    }
    this.fail(node.name, `input "${name}" is not defined${this.nearest(name)}`);
  }

  private checkOutputs(): void {
    const names = new Set<string>();
    for (const { name } of this.graph.outputs) {
      if (names.has(name)) this.fail("", `output "${name}" is listed twice`);
      names.add(name);
      this.used.add(name);
      if (!this.declared.has(name))
        this.fail("", `output "${name}" is not defined in this graph${this.nearest(name)}`);
    }
  }

  private nearest(name: string): string {
    const nearest = nearestName(name, this.declared.keys());
    return nearest === undefined ? "" : `; the nearest defined value is "${nearest}"`;
  }

  private fail(node: string, problem: string): never {
    throw new OnnxCheckError(this.path, node, problem);
  }
}
