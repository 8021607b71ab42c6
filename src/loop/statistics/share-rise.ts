/** Events among trials. */
export interface Counted {
  readonly events: number;
  readonly trials: number;
}

/**
 * Returns the p-value of the hypothesis that events are no more frequent than before: given the number of events on
 * both sides, those of `now` are at most binomial with the share of its trials (Przyborowski & Wilenski 1940 for two
 * rates; it errs on the safe side for shares, whose distribution is the narrower hypergeometric one). 1 without events
 * or without trials before.
 */
export function shareRisePValue(now: Counted, before: Counted): number {
  const events = now.events + before.events;
  if (now.events === 0 || before.trials === 0) return 1;
  const share = now.trials / (now.trials + before.trials);
  let log = now.events * Math.log(share) + before.events * Math.log1p(-share);
  for (let at = 1; at <= before.events; at += 1) log += Math.log((now.events + at) / at);
  let term = Math.exp(log);
  let sum = term;
  for (let at = now.events; at < events; at += 1) {
    term *= ((events - at) / (at + 1)) * (share / (1 - share));
    sum += term;
  }
  return Math.min(1, sum);
}
