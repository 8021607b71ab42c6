import {
  type AuditedRecord,
  createPromise,
  type LivePromise,
  type PromiseOptions,
} from "../src/loop/index.ts";
import { seededRandom } from "../src/loop/statistics/index.ts";

/** A way in which traffic goes on. */
export interface Life {
  readonly name: string;
  /** Mean loss over all traffic, by audited record and the category's place. */
  readonly lossAt: (record: number, category: number) => number;
  /** Record at which the promise breaks. Absent: it does not. */
  readonly breaksAt?: number;
  readonly options?: Partial<PromiseOptions>;
  /** Number of categories, each half as frequent as the one before, down to a twentieth. Absent: none. */
  readonly categories?: number;
  /** Probabilities with which answers of the small and of the large model are audited. Absent: all are. */
  readonly audited?: { readonly small: number; readonly large: number };
}

/** The end of one life. */
export interface Ended {
  /** Record of the first alarm. Absent: none came. */
  readonly first: number | undefined;
  readonly alarms: number;
  readonly isKept: boolean;
  /** Sum of losses over all traffic from the break to the alarm, per audited record. */
  readonly lost: number;
  /** Mean loss of a window after the alarm, if a threshold of half as many requests for the small model answers. */
  readonly after: number | undefined;
}

export const window = 2_000;
/** Requests below this complexity go to the small model. */
const at = 0.6;
/** The same for the safer threshold. */
const safer = 0.3;
/** Share of requests in which the small model is better, and of those in which it is worse beyond the mean loss. */
const noise = 0.03;

/** Lives one life. After an alarm it ends if the promise had to break; else the promise is renewed. */
export function live(life: Life, records: number, seed: number): Ended {
  const { breaksAt, options, lossAt } = life;
  const random = seededRandom(seed * 7_919);
  const promise = createPromise({ maxLoss: 0.02, window, ...options });
  let isBroken = false;
  promise.attach({
    observe(sink) {
      sink.attach?.((event) => {
        if (event.type === "promise-changed" && event.to === "broken") isBroken = true;
      });
      return () => undefined;
    },
  });
  const shares = categoryShares(life.categories);
  let first: number | undefined;
  let alarms = 0;
  let lost = 0;
  for (let record = 0; record < records; record += 1) {
    const category = drawPlace(shares, random);
    add(promise, life, record, category, random);
    if (breaksAt !== undefined && record >= breaksAt)
      lost += shares.reduce((sum, share, place) => sum + share * lossAt(record, place), 0);
    if (!isBroken) continue;
    first ??= record + 1;
    alarms += 1;
    if (breaksAt !== undefined) break;
    promise.renew();
    isBroken = false;
  }
  const isKept = promise.standing().state === "kept";
  return {
    first,
    alarms,
    isKept,
    lost,
    after: first === undefined ? undefined : lossAfter(life, first, random),
  };
}

function add(promise: LivePromise, life: Life, record: number, category: number, random: () => number): void {
  const { audited, lossAt } = life;
  const small = at * (audited?.small ?? 1);
  const isSmall = random() * (small + (1 - at) * (audited?.large ?? 1)) < small;
  const probability = audited === undefined ? 1 : isSmall ? audited.small : audited.large;
  const loss = isSmall ? lossOfSmall(lossAt(record, category), at * random(), random) : 0;
  const added: AuditedRecord = { loss, probability };
  promise.add(life.categories === undefined ? added : { ...added, category: `category-${category}` });
}

/** Draws the loss of the small model: it grows with the complexity, and its mean over all traffic is `mean`. */
function lossOfSmall(mean: number, complexity: number, random: () => number): number {
  const more = (mean * complexity) / (at ** 2 / 2);
  const drawn = random();
  if (drawn < more + noise / at) return 1;
  return drawn < more + (2 * noise) / at ? -1 : 0;
}

function lossAfter({ lossAt, categories }: Life, from: number, random: () => number): number {
  const shares = categoryShares(categories);
  let sum = 0;
  for (let record = from; record < from + window; record += 1) {
    const complexity = random();
    const category = drawPlace(shares, random);
    if (complexity < safer) sum += lossOfSmall(lossAt(record, category), complexity, random);
  }
  return sum / window;
}

function categoryShares(categories = 1): readonly number[] {
  const weights = Array.from({ length: categories }, (_, place) => Math.max(0.05, 2 ** -place));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
}

function drawPlace(shares: readonly number[], random: () => number): number {
  if (shares.length === 1) return 0;
  let left = random();
  for (let place = 0; place < shares.length; place += 1) {
    left -= shares[place] as number;
    if (left < 0) return place;
  }
  return shares.length - 1;
}
