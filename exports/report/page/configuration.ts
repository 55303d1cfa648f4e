import type { Environment } from "../../../runtime/training/environment.js";
import type { RunRecord } from "../runRecord.js";
import { dataTable } from "./dataTable.js";
import { markup, type Markup } from "./markup.js";
import { bytesText } from "./numberText.js";

/** Paths of one machine mean nothing on another, and a report is passed on. */
const LEFT_OUT = ["artifactFolder", "datasetFolder", "hyperparameters"];

function settingText(value: unknown): string {
  if (typeof value === "string") return value;
  if (Array.isArray(value)) return value.map(settingText).join(", ") || "none";
  return value === null ? "default" : JSON.stringify(value);
}

function settingsTable(caption: string, settings: readonly (readonly [string, unknown])[]): Markup {
  return dataTable({
    caption,
    columns: ["setting", "value"],
    isText: true,
    rows: settings.map(([name, value]) => [name, settingText(value)]),
  });
}

export function configurationTables({ config }: RunRecord): Markup {
  const hyperparameters = Object.entries(config["hyperparameters"] as Readonly<Record<string, unknown>>);
  const others = Object.entries(config).filter(([name]) => !LEFT_OUT.includes(name));
  return markup`<div class="beside"><h3>Hyper-parameters</h3>${settingsTable("Hyper-parameters", hyperparameters)}</div>
<div class="beside"><h3>Run</h3>${settingsTable("Run", others)}</div>`;
}

function gitText({ git }: Environment): string {
  if (git === null) return "no repository";
  return `${git.commit}${git.dirty ? ", with changes that are not committed" : ""}`;
}

export function environmentTable({ environments }: RunRecord): Markup {
  if (environments.length === 0) {
    return markup`<p class="note">The run folder has no environment.jsonl.</p>`;
  }
  const row = (name: string, text: (environment: Environment) => string): string[] => [
    name,
    ...environments.map(text),
  ];
  return dataTable({
    caption: "Where it was trained",
    columns: ["property", ...environments.map((_, index) => (index === 0 ? "started" : `resumed, ${index}`))],
    isText: true,
    rows: [
      row("at", ({ startedAt }) => startedAt),
      row("after epoch", ({ epoch }) => `${epoch}`),
      row("mmkit", ({ versions }) => versions.mmkit),
      row("onnxruntime", ({ versions }) => versions.onnxruntime),
      row("Node", ({ versions }) => versions.node),
      row("system", ({ os }) => os),
      row("processor", ({ cpu, cores }) => `${cpu}, ${cores} cores`),
      row("memory", ({ memoryBytes }) => bytesText(memoryBytes)),
      row("device", ({ device }) => device),
      row("threads", ({ threads }) => (threads === null ? "onnxruntime's choice" : `${threads}`)),
      row("seed", ({ seed }) => `${seed}`),
      row("git commit", gitText),
    ],
  });
}
