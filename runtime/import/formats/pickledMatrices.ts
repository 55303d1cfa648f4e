import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { DatasetError } from "../../data/datasetError.js";
import { itemsWithFeatures, numberedFeatures } from "../numberedIds.js";
import { PickleError } from "../pickle/pickleError.js";
import { readPickle } from "../pickle/readPickle.js";
import { SparseObject, type SparseEntries } from "../pickle/sparseObject.js";
import type { SourceFiles } from "../sourceFiles.js";
import { staged, type SourceFormat } from "../sourceFormat.js";
import { stageTripleFile } from "../tripleFile.js";

/** Names of the matrices: DiffMM, DiffKG, HCCF and KDiffE; MMSSL. */
const namings = [
  { train: "trnMat.pkl", valid: "valMat.pkl", test: "tstMat.pkl" },
  { train: "train_mat", valid: "val_mat", test: "test_mat" },
] as const;

function namingOf(source: SourceFiles): (typeof namings)[number] | null {
  return namings.find(({ train, test }) => source.find(train) !== null && source.find(test) !== null) ?? null;
}

/**
 * Folders of DiffMM (github.com/HKUDS/DiffMM), MMSSL, DiffKG and others: users by items as pickled scipy.sparse
 * matrices, one per split, whose entries other than zero are interactions; `<modality>_feat.npy` with one row per item;
 * and for DiffKG kg.txt with head, relation and tail per line.
 */
export const pickledMatrices: SourceFormat = {
  summary: "DiffMM, MMSSL, DiffKG folder: trnMat.pkl, valMat.pkl, tstMat.pkl, *_feat.npy",
  takes: [],
  recognise(source) {
    const naming = namingOf(source);
    return Promise.resolve(naming === null ? null : `the folder has ${naming.train} and ${naming.test}`);
  },
  async read(source, workspace) {
    const naming = namingOf(source) ?? namings[0];
    source.require(naming.train, "diffmm");
    source.require(naming.test, "diffmm");
    let shape: { readonly users: number; readonly items: number; readonly file: string } | null = null;
    await workspace.load(
      staged.interactions,
      { user_key: "VARCHAR", item_key: "VARCHAR", split: "DOUBLE" },
      async (add) => {
        for (const [split, name] of [naming.train, naming.valid, naming.test].entries()) {
          const file = source.find(name);
          if (file === null) continue;
          workspace.tell(`reading ${name}`);
          const { rows, columns, rowIds, columnIds } = await readMatrix(file);
          shape ??= { users: rows, items: columns, file };
          if (rows !== shape.users || columns !== shape.items) {
            throw new DatasetError(
              { file },
              `the matrix is ${rows} by ${columns}, but ${basename(shape.file)} is ${shape.users} by ${shape.items}`,
              "All splits have the same users and items",
            );
          }
          for (let entry = 0; entry < rowIds.length; entry++) {
            add([String(rowIds[entry]!), String(columnIds[entry]!), split]);
          }
        }
      },
    );
    const { users, items } = shape!;
    const features = await numberedFeatures(source, workspace);
    return {
      ids: { users, items: itemsWithFeatures(items, features) },
      has: { time: false, rating: false, split: true },
      userColumns: null,
      itemColumns: null,
      features,
      knowledgeGraph: await stageTripleFile(source, workspace),
      notes: [],
      lineOf: null,
    };
  },
};

async function readMatrix(file: string): Promise<SparseEntries> {
  try {
    const value = readPickle(await readFile(file));
    if (value instanceof SparseObject && value.entries !== null) return value.entries;
  } catch (error) {
    if (!(error instanceof PickleError)) throw error;
    throw new DatasetError(
      { file },
      error.message,
      "Only scipy.sparse matrices (coo, csr) of numbers in pickle protocol 2 to 5 are read",
    );
  }
  throw new DatasetError(
    { file },
    "the pickle does not hold a scipy.sparse matrix (coo or csr)",
    "Save the users-by-items matrix with pickle.dump(matrix.tocoo(), file)",
  );
}
