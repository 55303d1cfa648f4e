import type { Graph } from "../ir/node.js";
import { batchRows } from "./batchRows.js";
import { joinProducts } from "./joinProducts.js";
import { ownRows } from "./ownRows.js";
import { readTransposed } from "./readTransposed.js";
import { verifyTypes } from "./rewrite.js";
import { scaleTables } from "./scales.js";
import { share } from "./share.js";
import { simplify } from "./simplify.js";

type Pass = (graph: Graph) => Graph;

function applyAll(passes: readonly Pass[], graph: Graph): Graph {
  return passes.reduce((current, pass) => {
    const next = pass(current);
    verifyTypes(next, pass.name);
    return next;
  }, graph);
}

/** Losses in the form whose gradients cost least, for differentiation; inputs stay the same nodes. */
export function prepare(graph: Graph): Graph {
  return applyAll([share, scaleTables, share, batchRows, share, joinProducts], graph);
}

/** Every pass in order, each verified by inferring all types again. Unused values fall away by themselves. */
export function optimise(graph: Graph): Graph {
  return applyAll([share, simplify, share, simplify, share, ownRows, share, readTransposed], graph);
}
