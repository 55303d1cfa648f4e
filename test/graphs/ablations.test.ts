import { expect } from "chai";
import { buildArtifacts } from "../../exports/artifacts.js";
import { models } from "../../graphs/registry.js";
import { plannedAblation } from "../../src/cli/ablationTables.js";
import type { Settings } from "../../src/cli/settings.js";

const wanted = {
  ksi: ["III", "2a", "2b"],
  slifmr: ["III", "IV", "5"],
  mgnm: ["III", "IV", "VI", "switches"],
  kdiffe: ["III"],
};
/** Rows, the full models included. */
const counts: Readonly<Record<string, number>> = {
  ...{ "ksi III": 8, "ksi 2a": 5, "ksi 2b": 6, "slifmr III": 6, "slifmr IV": 5, "slifmr 5": 4 },
  ...{ "mgnm III": 3, "mgnm IV": 9, "mgnm VI": 9, "mgnm switches": 11, "kdiffe III": 4 },
};
/** What is smaller than the default model and yet has all that the table takes away. */
const smaller: Readonly<Record<string, Settings>> = {
  "mgnm III": { modalities: ["image", "text"], global: false },
  "mgnm IV": { modalities: ["image"], global: false },
  "mgnm VI": { modalities: ["image"], global: false },
  "mgnm switches": { modalities: ["image", "text"], layers: 1, modalityLayers: 1 },
};
const modalities = ["image", "text", "audio"];

/** What the rows of a table set, full models included. */
const settingsOf = (name: string, wantedTable: string): readonly object[] =>
  models
    .get(name)!
    .ablations!.find(({ table }) => table === wantedTable)!
    .groups.flatMap(({ full, rows }) => [full, ...rows])
    .map((row) => ("settings" in row ? row.settings : {}));

describe("ablation tables", function () {
  this.timeout(60_000);

  it("are those of the four papers, and one of MGNM's switches", () => {
    const found = [...models.values()].flatMap(({ name, ablations = [] }) =>
      ablations.length === 0 ? [] : [[name, ablations.map(({ table }) => table)] as const],
    );
    expect(Object.fromEntries(found)).to.deep.equal(wanted);
  });

  for (const [name, tables] of Object.entries(wanted)) {
    for (const table of tables) {
      it(`${name}'s ${table}: every row is accepted and computes something of its own`, () => {
        const model = models.get(name)!;
        const given = smaller[`${name} ${table}`] ?? { modalities: ["image"] };
        const planned = plannedAblation(model, given, [table], (settings) => buildArtifacts(model, settings));
        // A row that computes what another does would be left out, with a note.
        expect(planned.notes).to.deep.equal([]);
        const rows = planned.tables[0]!.groups.flatMap((group) => [group.full, ...group.rows]);
        expect(rows.length).to.equal(counts[`${name} ${table}`]);
        expect(new Set(rows.map(({ variant }) => variant)).size).to.equal(rows.length);
      });
    }
  }

  it("sweep one weight of MGNM's de-redundancy while the other is the dataset's, δ 1e-4 or 1e-2", () => {
    for (const [table, chosen, others] of [
      ["IV", 1e-4, [1e-2, 1e-3, 1e-5, 1e-6]],
      ["VI", 1e-2, [1e-3, 1e-4, 1e-5, 1e-6]],
    ] as const) {
      expect(settingsOf("mgnm", table), table).to.deep.equal([
        ...[1e-4, 1e-1, 1e-2, 1e-3, 1e-5].map((beta) => ({ beta, delta: chosen })),
        ...others.map((delta) => ({ beta: 1e-4, delta })),
      ]);
    }
  });

  it("turn every switch of MGNM that its paper has no table of", () => {
    const turned = settingsOf("mgnm", "switches").flatMap((settings) => Object.keys(settings));
    expect(new Set(turned)).to.have.keys(
      ...["localNorm", "global", "hyperInput", "hcl", "userHyper", "ddrFrom", "ddr", "ddrMm"],
    );
  });

  it("have KSI's embedding sizes with and without redundancy reduction", () => {
    const expected = [32, 64, 128].flatMap((dim) => [{ dim }, { dim, rr: false }]);
    expect(settingsOf("ksi", "2b")).to.deep.equal(expected);
  });

  it("leave out each modality of the settings, and none where there is only one", () => {
    const model = models.get("mgnm")!;
    const build = (settings: Parameters<typeof buildArtifacts>[1]): ReturnType<typeof buildArtifacts> =>
      buildArtifacts(model, settings);
    const { tables, variants } = plannedAblation(model, { modalities, global: false }, ["III"], build);
    expect(
      tables[0]!.groups[0]!.rows.map(({ name, variant }) => [name, variants.get(variant)!["modalities"]]),
    ).to.deep.equal([
      ["w/o image", ["text", "audio"]],
      ["w/o text", ["image", "audio"]],
      ["w/o audio", ["image", "text"]],
    ]);
    expect(() => plannedAblation(model, { modalities: ["text"] }, ["III"], build)).to.throw(
      "with these settings no row of table III differs from the full model",
    );
  });

  it("leave out rows that take away what is not there", () => {
    const model = models.get("slifmr")!;
    const { tables, notes } = plannedAblation(model, { modalities: [] }, ["III"], (settings) =>
      buildArtifacts(model, settings),
    );
    expect(tables[0]!.groups[0]!.rows.map(({ name }) => name)).to.deep.equal(["w/o KG", "w/o SGE", "w/o CL"]);
    expect(notes).to.deep.equal([
      "w/o MM computes the same as SLIF-MR here, so it is left out",
      "w/o KG & MM computes the same as w/o KG here, so it is left out",
    ]);
  });
});
