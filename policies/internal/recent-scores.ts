import {
  InvalidOptionError,
  type Json,
  type PolicyInput,
  type PolicyInputRuntime,
  type PolicyInputState,
  type RouterEvent,
} from "../../src/contracts/index.ts";
import { createScoreSketch, type ScoreSketch, sketchCapacity } from "./score-sketch.ts";
import { type ShareCut, shareCut } from "./share-cut.ts";
import { scoredBy, shortChatScores } from "./short-chat-scores.generated.ts";

/** Snapshot of the recent scores of a router, as decisions record it. */
export interface RecentScores extends ShareCut {
  /** Number of scores that the cut rests on. */
  readonly scores: number;
  /** Classifier of the scores as `name@version`. */
  readonly classifier: string;
}

/** Below this number of scores, the stored ones fill up. */
const enough = 50;

const known = new Map<string, PolicyInput>();
const mostKnown = 1_000;

/**
 * Input of policies that send a share of traffic up: the cut of the router's last 1,000 scores. Below 50
 * scores, those of stored short chat requests fill up, or ranks if the classifier is not the shipped default.
 * Equal arguments give the same object, so that policies may share it.
 */
export function recentScores(largeShare: number, maxTenantShare: number): PolicyInput {
  const id = inputId(largeShare, maxTenantShare);
  let input = known.get(id);
  if (input === undefined) {
    if (known.size >= mostKnown) known.clear();
    input = { id, create: (runtime) => track(runtime, largeShare, maxTenantShare) };
    known.set(id, input);
  }
  return input;
}

export function inputId(largeShare: number, maxTenantShare: number): string {
  return `recent-scores:${largeShare}:${maxTenantShare}`;
}

function track(
  { classifier }: PolicyInputRuntime,
  largeShare: number,
  maxTenantShare: number,
): PolicyInputState {
  const maxOfTenant = Math.max(1, Math.floor(maxTenantShare * sketchCapacity));
  let sketch: ScoreSketch = createScoreSketch(maxOfTenant);
  let snapshot: Json = snapshotOf(sketch, classifier, largeShare);
  return {
    snapshot: () => snapshot,
    onlyReads: true,
    observe(event: RouterEvent) {
      if (event.type !== "decision-made") return;
      const { classification, request, versions } = event.decision;
      if (classification === undefined || versions.classifier !== classifier) return;
      sketch.add(classification.complexity, request.tenant);
      snapshot = snapshotOf(sketch, classifier, largeShare);
    },
    exportState: () => ({
      classifier,
      entries: sketch
        .entries()
        .map(({ score, tenant }) => (tenant === undefined ? [score] : [score, tenant])),
    }),
    restoreState(state) {
      const entries = checkEntries(state);
      const restored = createScoreSketch(maxOfTenant);
      // Scores of another classifier say nothing about this one's.
      if ((state as { readonly classifier?: unknown }).classifier === classifier)
        for (const [score, tenant] of entries) restored.add(score, tenant);
      sketch = restored;
      snapshot = snapshotOf(sketch, classifier, largeShare);
    },
  };
}

function snapshotOf({ ascending, size }: ScoreSketch, classifier: string, largeShare: number): Json {
  const stored = classifier === scoredBy ? shortChatScores : evenRanks();
  const cut = shareCut(
    [
      { ascending, weight: size },
      { ascending: stored, weight: Math.max(0, enough - size) },
    ],
    largeShare,
  );
  return Object.freeze({ at: cut.at, tieShare: cut.tieShare, scores: size, classifier });
}

let ranks: readonly number[] | undefined;

/** Complexity is a rank in reference traffic: what a classifier's scores look like if nothing else is known. */
function evenRanks(): readonly number[] {
  ranks ??= Array.from({ length: enough }, (_, index) => (index + 0.5) / enough);
  return ranks;
}

type StoredEntry = readonly [score: number, tenant?: string];

function checkEntries(state: Json): readonly StoredEntry[] {
  const entries: unknown = (state as { readonly entries?: unknown } | null)?.entries;
  const expected = `an array of at most ${sketchCapacity} [complexity, tenant?]`;
  if (!Array.isArray(entries) || entries.length > sketchCapacity || !entries.every(isEntry))
    throw new InvalidOptionError("state.inputs.recent-scores.entries", typeof entries, expected);
  return entries;
}

function isEntry(entry: unknown): entry is StoredEntry {
  if (!Array.isArray(entry) || entry.length > 2) return false;
  const [score, tenant] = entry as readonly unknown[];
  return (
    typeof score === "number" &&
    score >= 0 &&
    score <= 1 &&
    (tenant === undefined || typeof tenant === "string")
  );
}
