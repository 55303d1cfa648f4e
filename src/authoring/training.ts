import type { TrainingSettings } from "./phase.js";
import { choice, integer, number, type Values } from "./hyperparameters.js";

interface TrainingDefaults {
  readonly learningRate: number;
  readonly batchSize: number;
}

/** Hyper-parameters of training that every model shares; spread into a model's own. */
export function trainingHyperparameters(defaults: TrainingDefaults) {
  return {
    learningRate: number({
      default: defaults.learningRate,
      exclusiveMinimum: 0,
      description: "Learning rate of the first epoch",
    }),
    schedule: choice({
      of: ["constant", "exponential", "cosine"],
      default: "constant",
      description: "How the learning rate changes over epochs; exponential is decayRate^(epoch / decayEvery)",
    }),
    decayRate: number({
      default: 0.96,
      exclusiveMinimum: 0,
      maximum: 1,
      description: "Factor of the exponential schedule",
    }),
    decayEvery: number({
      default: 50,
      exclusiveMinimum: 0,
      description: "Epochs per factor of the exponential schedule",
    }),
    warmup: integer({
      default: 0,
      minimum: 0,
      description: "Epochs over which the learning rate first rises from 0",
    }),
    batchSize: integer({ default: defaults.batchSize, minimum: 1, description: "Triples per step" }),
    sampler: choice({
      of: ["pairs", "users"],
      default: "pairs",
      description:
        "pairs: one pass over all training pairs (MMRec); users: distinct users per step, repeated ones where " +
        "there are fewer than batchSize (LATTICE, KGAT)",
    }),
    negativePool: choice({
      of: ["all", "train"],
      default: "train",
      description: "Items that negatives are drawn from: all, or those that occur in training (MMRec)",
    }),
    optimizer: choice({
      of: ["adam", "adamw", "sgd"],
      default: "adam",
      description: "Optimizer of all parameters",
    }),
    momentum: number({ default: 0, minimum: 0, maximum: 1, description: "Momentum of sgd" }),
    beta1: number({
      default: 0.9,
      exclusiveMinimum: 0,
      maximum: 0.999999,
      description: "First-moment decay of Adam",
    }),
    beta2: number({
      default: 0.999,
      exclusiveMinimum: 0,
      maximum: 0.999999,
      description: "Second-moment decay of Adam",
    }),
    epsilon: number({ default: 1e-8, exclusiveMinimum: 0, description: "Added to Adam's denominator" }),
    weightDecay: number({
      default: 0,
      minimum: 0,
      description: "L2 on all parameters (adam, sgd), decoupled in adamw",
    }),
    clipNorm: number({
      default: 0,
      minimum: 0,
      description: "Largest global gradient norm; 0 for no clipping",
    }),
  } as const;
}

type TrainingValues = Values<ReturnType<typeof trainingHyperparameters>>;

/** The settings those hyper-parameters describe, for `m.train(…)`. */
export function trainingSettings(h: TrainingValues): TrainingSettings {
  const schedules = {
    constant: { kind: "constant" },
    exponential: { kind: "exponential", rate: h.decayRate, every: h.decayEvery },
    cosine: { kind: "cosine", floor: 0 },
  } as const;
  return {
    sampler: { kind: h.sampler, batchSize: h.batchSize, negativePool: h.negativePool },
    optimizer: {
      kind: h.optimizer,
      momentum: h.momentum,
      beta1: h.beta1,
      beta2: h.beta2,
      epsilon: h.epsilon,
      weightDecay: h.weightDecay,
      clipNorm: h.clipNorm,
    },
    learningRate: { base: h.learningRate, schedule: schedules[h.schedule], warmup: h.warmup },
  };
}
