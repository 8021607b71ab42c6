/** Rating of an answer by a person. */
export interface HumanLabel {
  /** Id of the record. */
  readonly id: string;
  /** Name of the model that answered. Absent: the record has one answer. */
  readonly model?: string | undefined;
  /** Quality in [0, 1]. */
  readonly quality: number;
  /** Name of the person. Absent if unknown; each such label counts as another person's. */
  readonly rater?: string | undefined;
  /** Time in ISO 8601. */
  readonly at?: string | undefined;
}

/** Labels of one answer. */
export interface LabelledAnswer {
  readonly id: string;
  readonly model?: string | undefined;
  readonly labels: readonly HumanLabel[];
  /** Mean over the labels. */
  readonly quality: number;
}

/** Index of labels by record and model; labels without a model are found if there are none with it. */
export interface LabelIndex {
  readonly answers: readonly LabelledAnswer[];
  find(id: string, model: string | undefined): LabelledAnswer | undefined;
}

export function indexLabels(labels: readonly HumanLabel[]): LabelIndex {
  const groups = new Map<string, HumanLabel[]>();
  for (const label of labels) {
    const key = keyOf(label.id, label.model);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [label]);
    else group.push(label);
  }
  const answers = new Map(Array.from(groups, ([key, group]) => [key, answerOf(group)] as const));
  return {
    answers: [...answers.values()],
    find: (id, model) => answers.get(keyOf(id, model)) ?? answers.get(keyOf(id, undefined)),
  };
}

function keyOf(id: string, model: string | undefined): string {
  return JSON.stringify(model === undefined ? [id] : [id, model]);
}

function answerOf(labels: readonly HumanLabel[]): LabelledAnswer {
  const quality = labels.reduce((sum, label) => sum + label.quality, 0) / labels.length;
  return { id: labels[0]?.id ?? "", model: labels[0]?.model, labels, quality };
}
