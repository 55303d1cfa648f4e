/** Something about the data that was handled as documented and that the reader of a result should know. */
export interface DatasetNote {
  readonly kind:
    | "duplicateInteraction"
    | "heldOutInTrain"
    | "validAndTest"
    | "userWithoutTrain"
    | "itemWithoutTrain"
    | "missingFeature"
    | "shortRank"
    | "padding"
    | "clusters"
    | "walkSimilarity";
  readonly count: number;
  readonly message: string;
}
