/**
 * Exact test of a difference of two shares, of records that lose, gain or do neither. Hypothesis: the share
 * of losses is above that of gains by at least `limit`.
 */
export interface ScoreTest {
  pValue(losses: number, gains: number): number;
  /** True if `pValue` is at most `delta`. Faster, since most results are far from the border. */
  rejects(losses: number, gains: number): boolean;
}

/** Largest number of records: beyond, the test gains little over Gaffke's and takes a second. */
export const MOST_SCORED = 2_000;

/** Tests by number of records, limit and delta: what takes time is the same for all results of one. */
const known = new Map<string, ScoreTest>();
const mostKnown = 64;

/**
 * Returns the exact unconditional score test (Barnard 1945 for the unconditional test; Tango 1998 for the
 * score of paired differences; Hsueh, Liu & Chen 2001 for both together). It assumes independent records of
 * one distribution and nothing else: the p-value is the largest probability, over all distributions on the
 * border of the hypothesis, of a score as low as the one observed. `limit` is in (-1, 1), `records` at most
 * `MOST_SCORED`.
 *
 * The region of low scores is made closed under "a loss becomes a tie" and "a tie becomes a gain". For any
 * distribution of the hypothesis, moving the excess of losses to ties therefore raises its probability, so
 * that the border, where a single parameter is free, holds the maximum.
 */
export function scoreTest(records: number, limit: number, delta: number): ScoreTest {
  const key = `${records} ${limit} ${delta}`;
  const found = known.get(key);
  if (found !== undefined) return found;
  const [oldest] = known.keys();
  if (known.size >= mostKnown && oldest !== undefined) known.delete(oldest);
  const test = createScoreTest(records, limit, delta);
  known.set(key, test);
  return test;
}

function createScoreTest(records: number, limit: number, delta: number): ScoreTest {
  const nodes = nuisanceNodes(records, limit);
  const pValues = new Map<number, number>();
  const score = (losses: number, gains: number): number => scoreOf(losses, gains, records, limit);
  /** Node of the largest probability so far: looked at first, since it shows most often that there is one. */
  let worst = 0;
  /** Largest probability of a score of at most `at`; above `enough`, any of the probabilities above it. */
  const largest = (at: number, enough: number): number => {
    const most = mostLosses(at, records, limit);
    const levelAt = (node: number): number => {
      const gain = nodes[node] as number;
      return levelOf(most, records, gain + limit, gain);
    };
    let level = levelAt(worst);
    for (let node = 0; node < nodes.length && level <= enough; node += 1) {
      const one = levelAt(node);
      if (one <= level) continue;
      level = one;
      worst = node;
    }
    return Math.min(1, level);
  };
  const pValue = (losses: number, gains: number): number => {
    const at = score(losses, gains);
    if (at > 0) return 1;
    const place = losses * (records + 1) + gains;
    const value = pValues.get(place) ?? largest(at, Number.POSITIVE_INFINITY);
    pValues.set(place, value);
    return value;
  };
  let border: { readonly below: number; readonly above: number } | undefined;
  let asked = 0;
  return {
    pValue,
    rejects(losses, gains) {
      asked += 1;
      // The border takes as long as a dozen results.
      if (border === undefined && asked <= mostDirect) {
        const at = score(losses, gains);
        return at <= 0 && largest(at, delta) <= delta;
      }
      border ??= borderOf((at) => largest(at, delta) <= delta);
      const at = score(losses, gains);
      if (at <= border.below) return true;
      return at < border.above && pValue(losses, gains) <= delta;
    },
  };
}

const lowestScore = -10;
/** Results that are tested by themselves before the border is computed. */
const mostDirect = 5;
/** Halvings of the range of scores: results between the last two are tested by themselves. */
const halvings = 14;

function borderOf(isRejected: (at: number) => boolean): { below: number; above: number } {
  let [below, above] = [lowestScore, 0];
  for (let halving = 0; halving < halvings; halving += 1) {
    const middle = (below + above) / 2;
    if (isRejected(middle)) below = middle;
    else above = middle;
  }
  return { below: below === lowestScore ? Number.NEGATIVE_INFINITY : below, above };
}

/** Score: the excess of losses over the limit, in standard errors at the most likely point of the border. */
function scoreOf(losses: number, gains: number, records: number, limit: number): number {
  const linear = (2 * records - losses + gains) * limit - losses - gains;
  const constant = -gains * limit * (1 - limit);
  const root = Math.sqrt(Math.max(0, linear * linear - 8 * records * constant));
  const share = Math.max(0, -limit, (root - linear) / (4 * records));
  const excess = losses - gains - records * limit;
  const variance = records * (2 * share + limit * (1 - limit));
  if (variance > 0) return excess / Math.sqrt(variance);
  return excess < 0 ? Number.NEGATIVE_INFINITY : 0;
}

/** Rounding error of a score. */
const tolerance = 1e-9;

/** Largest number of losses by number of gains with a score of at most `at`; -1 if there is none. Never falls. */
function mostLosses(at: number, records: number, limit: number): Int32Array {
  const most = new Int32Array(records + 1);
  let losses = -1;
  for (let gains = 0; gains <= records; gains += 1) {
    while (losses + 1 + gains <= records && scoreOf(losses + 1, gains, records, limit) <= at + tolerance)
      losses += 1;
    most[gains] = losses;
  }
  return most;
}

/** Distance of the nodes in standard deviations: a fifth of it changes no p-value by more than 0.0001. */
const nodeStep = (records: number): number => (records < 200 ? 0.02 : 0.1);
/** Distance of the last node from the end, where no record ties, as a share. */
const beforeEnd = 1e-9;

/** Shares of gains at which the level is computed: from the least to the largest on the border. */
function nuisanceNodes(records: number, limit: number): Float64Array {
  const least = Math.max(0, -limit);
  const step = nodeStep(records);
  const shortest = step ** 2 / (4 * records);
  const last = Math.max(least, ((1 - limit) / 2) * (1 - beforeEnd));
  const nodes: number[] = [];
  for (let share = least; share < last; ) {
    nodes.push(share);
    const density = 1 / share + 1 / (share + limit) + 4 / (1 - 2 * share - limit);
    share += Math.max(shortest, step / Math.sqrt(records * density));
  }
  nodes.push(last);
  return Float64Array.from(nodes);
}

/** Widest distance from the mean that is summed, in standard deviations, and the smallest weight. */
const widest = 7.5;
const smallestWeight = 1e-14;
/** Below, a probability is computed directly instead of from its neighbour, so that it cannot be stuck at 0. */
const vanishing = 1e-200;

/** Probability of at most `most[gains]` losses, if `loss` and `gain` are their probabilities by record. */
function levelOf(most: Int32Array, records: number, loss: number, gain: number): number {
  const mean = records * gain;
  const first = Math.max(0, Math.floor(mean - widest * Math.sqrt(mean * (1 - gain))));
  const odds = gain / (1 - gain);
  // Among the records that do not gain.
  const share = loss / (1 - gain);
  const ratio = share / (1 - share);
  let weight = binomial(first, records, gain);
  let weights = 0;
  let level = 0;
  let [losses, others] = [-1, records - first];
  let [point, below] = [0, 0];
  for (let gains = first; gains <= records; gains += 1) {
    const allowed = most[gains] as number;
    if (allowed >= records - gains) return level + Math.max(0, 1 - weights);
    if (point < vanishing && below < vanishing) {
      losses = allowed;
      others = records - gains;
      point = losses < 0 ? 0 : binomial(losses, others, share);
      below = point === 0 ? 0 : sumBelow(point, losses, others, ratio);
    } else {
      if (others > records - gains) {
        point *= (others - losses) / (others * (1 - share));
        others -= 1;
        below += share * point;
      }
      for (; losses < allowed; losses += 1) {
        point *= ((others - losses) / (losses + 1)) * ratio;
        below += point;
      }
    }
    level += weight * below;
    weights += weight;
    weight *= ((records - gains) / (gains + 1)) * odds;
    if (weight < smallestWeight && gains > mean) break;
  }
  return level;
}

/** Sum of the probabilities of at most `events`, of which `point` is the last. */
function sumBelow(point: number, events: number, trials: number, ratio: number): number {
  let [sum, term] = [point, point];
  for (let left = events; left > 0 && term > 1e-17 * sum; left -= 1) {
    term *= left / ((trials - left + 1) * ratio);
    sum += term;
  }
  return sum;
}

function binomial(events: number, trials: number, share: number): number {
  if (share <= 0) return events === 0 ? 1 : 0;
  const ways = logFactorial(trials) - logFactorial(events) - logFactorial(trials - events);
  return Math.exp(ways + events * Math.log(share) + (trials - events) * Math.log1p(-share));
}

let logFactorials: Float64Array | undefined;

function logFactorial(value: number): number {
  if (logFactorials === undefined) {
    logFactorials = new Float64Array(MOST_SCORED + 1);
    for (let at = 2; at <= MOST_SCORED; at += 1)
      logFactorials[at] = (logFactorials[at - 1] as number) + Math.log(at);
  }
  return logFactorials[value] as number;
}
