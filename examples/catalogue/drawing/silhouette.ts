import type { Form, Kind } from "../vocabulary.js";
import type { Part } from "./part.js";
import { bag } from "./silhouettes/bag.js";
import { chair } from "./silhouettes/chair.js";
import { clock } from "./silhouettes/clock.js";
import { cushion } from "./silhouettes/cushion.js";
import { hat } from "./silhouettes/hat.js";
import { lamp } from "./silhouettes/lamp.js";
import { mug } from "./silhouettes/mug.js";
import { planter } from "./silhouettes/planter.js";
import { poster } from "./silhouettes/poster.js";
import { shirt } from "./silhouettes/shirt.js";
import { shoes } from "./silhouettes/shoes.js";
import { vase } from "./silhouettes/vase.js";

const silhouettes: Readonly<Record<Kind, (form: Form) => readonly Part[]>> = {
  bag,
  chair,
  clock,
  cushion,
  hat,
  lamp,
  mug,
  planter,
  poster,
  shirt,
  shoes,
  vase,
};

/** The parts of an item of this kind and form, in the order in which they are painted. */
export function silhouette(kind: Kind, form: Form): readonly Part[] {
  return silhouettes[kind](form);
}
