import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type OutcomeRecord, outcomeOf } from "../../evals/data/outcomes/outcome-record.ts";
import { promptKey } from "../../evals/data/outcomes/prompt-key.ts";
import { readJsonLines } from "../../evals/data/outcomes/read-json-lines.ts";
import { factsOfRecord } from "../../evals/replay/request-of-record.ts";
import { OutcomeFormatError } from "../../src/contracts/index.ts";
import { seededRandom } from "../../src/loop/statistics/index.ts";
import { createPromptReader } from "../../src/router/classifiers/complexity/inner.ts";
import { type OwnPrompt, ownPrompts } from "../own-prompts/index.ts";
import { settings } from "./complexity-settings.ts";
import { type MadePrompt, madeFrames, madePads, madeSmallTasks } from "./made-prompts.ts";

/** A prompt with its features and its labels for the heads. */
export interface TrainingRow {
  /** Name of the set. */
  readonly source: string;
  /** Key of the prompt; equal prompts of different sets have the same one. */
  readonly key: string;
  /** Codes of words, of words of what is asked, and of all that is asked. */
  readonly words: Int32Array;
  readonly askedWords: Int32Array;
  readonly asked: Int32Array;
  readonly structure: Float64Array;
  readonly askedStructure: Float64Array;
  readonly examStructure: Float64Array;
  readonly passage: boolean;
  readonly askCharacters: number;
  /** Mean failure of the small models, and tier of the author, each in [0, 1]. */
  readonly outcome?: number | undefined;
  readonly tier?: number | undefined;
  /** Label in [-1, 1] of the instruction head. */
  readonly instruction?: number | undefined;
  /** 1 for an exam question, -1 for another prompt. */
  readonly exam?: number | undefined;
  /** Share of the row's origin in the reference distribution; 0 for all but traffic. */
  readonly origin?: string | undefined;
  /** Fold in [0, folds), equal for rows with the same group. */
  readonly fold: number;
  /** The own prompt of this row. */
  readonly own?: OwnPrompt | undefined;
}

export interface TrainingSet {
  readonly rows: readonly TrainingRow[];
  /** Hexadecimal SHA-256 of each file, by name of the set. */
  readonly sha256: Readonly<Record<string, string>>;
}

type Labels = Pick<TrainingRow, "outcome" | "tier" | "instruction" | "exam" | "origin" | "own">;
interface TrainRecord extends OutcomeRecord {
  readonly label?: string | number;
  readonly origin?: string;
}

const tierSet = "labels_uncommonroute_tiers";
/** Sets from whose prompts the texts of the pads are taken, with the largest number of each. */
const documentSets: Readonly<Record<string, number>> = {
  traffic_mixed: 700,
  arena_bench_v1: 80,
  evalperf: 60,
  eqbench_v2: 60,
  swebench_lite_agents: 50,
  labels_sql_tiers: 30,
  sql_scale: 30,
};
const shortestDocument = 120;

/** Reads the training sets of a data folder, in a fixed order. */
export async function readTrainingSet(folder: string): Promise<TrainingSet> {
  const { smallModels, examSets, otherSets, neutralSets, instructionLabels, seed } = settings;
  const names = [
    ...new Set([
      ...Object.keys(smallModels),
      tierSet,
      ...examSets,
      ...otherSets,
      ...neutralSets,
      ...Object.keys(instructionLabels),
      ...Object.keys(documentSets),
    ]),
  ];
  const rows: TrainingRow[] = [];
  const sha256: Record<string, string> = {};
  const documents: string[] = [];
  const read = createRowReader();
  for (const name of names) {
    const path = join(folder, "train", `${name}.jsonl.gz`);
    const models = smallModels[name];
    const texts: string[] = [];
    for await (const { line, value } of readJsonLines(path)) {
      const record = value as TrainRecord;
      if ((record.prompt ?? "").length >= shortestDocument) texts.push(record.prompt ?? "");
      rows.push(read(name, record, labelsOf(name, record, models, path, line)));
    }
    documents.push(...sample(texts, documentSets[name] ?? 0, seed));
    sha256[name] = createHash("sha256")
      .update(await readFile(path))
      .digest("hex");
  }
  const add = (name: string, made: readonly MadePrompt[], exam: number | undefined): void => {
    for (const { prompt, label } of made)
      rows.push(read(name, { id: "", prompt, outcomes: {} }, { instruction: label, exam }));
  };
  add("pads", madePads(documents, seed), -1);
  add("frames", madeFrames(seed), -1);
  add("small", madeSmallTasks(seed), undefined);
  const labelOf = { hard: 1, medium: 0, easy: -1 } as const;
  for (const own of ownPrompts()) {
    const labels = { instruction: labelOf[own.difficulty], exam: -1 };
    rows.push(read("own", recordOfOwn(own), { ...labels, own }, own.group));
  }
  return { rows, sha256 };
}

/** Returns an own prompt as a record; a later turn with those before it. */
export function recordOfOwn({ prompt, turns }: OwnPrompt): OutcomeRecord {
  return turns === undefined
    ? { id: "", prompt, outcomes: {} }
    : { id: "", prompt, messages: [...turns], outcomes: {} };
}

/** Rows that the shipped model may learn from: own prompts that are kept for testing are left out. */
export function trainable({ rows }: TrainingSet): readonly TrainingRow[] {
  return rows.filter(({ own }) => own?.test !== true);
}

/** Rows of all sets but one, and without prompts that this one has too. */
export function without(rows: readonly TrainingRow[], source: string): readonly TrainingRow[] {
  const keys = new Set(rows.filter((row) => row.source === source).map(({ key }) => key));
  return rows.filter((row) => row.source !== source && !keys.has(row.key));
}

function labelsOf(
  name: string,
  record: TrainRecord,
  models: readonly string[] | undefined,
  path: string,
  line: number,
): Labels {
  const { examSets, otherSets, neutralSets, tiers, instructionLabels } = settings;
  const exam =
    models !== undefined || examSets.includes(name) ? 1 : otherSets.includes(name) ? -1 : undefined;
  const labels = instructionLabels[name];
  const instruction =
    labels === undefined ? (neutralSets.includes(name) ? 0 : undefined) : labels[`${record.label}`];
  const tier = name === tierSet ? tiers[`${record.label}`] : undefined;
  if ((name === tierSet && tier === undefined) || (labels !== undefined && instruction === undefined))
    throw new OutcomeFormatError(
      path,
      line,
      "label",
      `is not one of ${Object.keys(labels ?? tiers).join(", ")}`,
    );
  return { exam, instruction, tier, origin: record.origin, outcome: failureOf(record, models) };
}

function failureOf(record: OutcomeRecord, models: readonly string[] | undefined): number | undefined {
  const qualities = (models ?? [])
    .map((model) => outcomeOf(record, model)?.quality)
    .filter((quality) => quality !== undefined);
  if (qualities.length === 0) return undefined;
  return 1 - qualities.reduce((sum, quality) => sum + quality, 0) / qualities.length;
}

type ReadRow = (source: string, record: OutcomeRecord, labels: Labels, group?: string) => TrainingRow;

function createRowReader(): ReadRow {
  const read = createPromptReader();
  let position = 0;
  return (source, record, labels, group) => {
    position += 1;
    const facts = factsOfRecord(record, position, "prompt");
    const {
      words,
      wordCount,
      askedWords,
      askedWordCount,
      asked,
      askedCount,
      structure,
      askedStructure,
      examStructure,
      passage,
    } = read(facts);
    const key = promptKey({ ...record, id: `${source}/${position}` });
    return {
      ...labels,
      source,
      key,
      words: words.slice(0, wordCount),
      askedWords: askedWords.slice(0, askedWordCount),
      asked: asked.slice(0, askedCount),
      structure: structure.slice(),
      askedStructure: askedStructure.slice(),
      examStructure: examStructure.slice(),
      passage,
      askCharacters: facts.askCharacters,
      fold: foldOf(group ?? key),
    };
  };
}

function sample(texts: readonly string[], count: number, seed: number): readonly string[] {
  const random = seededRandom(seed);
  const kept = texts.map((text) => ({ text, at: random() })).sort((a, b) => a.at - b.at);
  return kept.slice(0, count).map(({ text }) => text);
}

/** Returns the fold of a key, by its FNV-1a hash. */
function foldOf(key: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < key.length; index += 1)
    hash = Math.imul(hash ^ key.charCodeAt(index), 0x01000193);
  return ((hash ^ (hash >>> 15)) >>> 0) % settings.folds;
}
