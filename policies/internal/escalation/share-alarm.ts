/**
 * Evidence that a share is above what is usual: one sum of bets for each size of stake. Plain numbers, changed in
 * place, since every request changes them.
 */
export type Evidence = [mild: number, middling: number, strong: number];

/** Stakes as parts of the largest one: which is best depends on the true share, which is not known. */
export const stakes = [0.4, 0.7, 0.95] as const;

/**
 * Evidence at which the alarm is raised. In expectation it grows by at most 1 a request as long as the share is
 * usual, so that a unit raises an alarm within n requests with probability at most `n / alarmAt`: 1 % within 10,000.
 */
export const alarmAt = 1_000_000;

/**
 * Returns the most that one request adds to the evidence, if `burst` requests for the large model in a row are to raise no
 * alarm. Work comes in bursts: without this bound a few dozen hard requests would do where the usual share is small.
 */
export function gainOf(burst: number): number {
  return alarmAt ** (1 / burst) - 1;
}

export function noEvidence(): Evidence {
  return [0, 0, 0];
}

/**
 * Adds a request, which was for the large model or not, and returns the evidence. `usual` is the largest share that is
 * usual, in (0, 1), known before the request, `mostGain` by `gainOf`.
 *
 * The Shiryaev-Roberts sum `R = (1 + R) · (1 + stake · (x - usual))`: a bet of 1 is opened at each request, and all of
 * them go on until the alarm, so that a share that rises late is found as soon as one that was high from the start.
 * While the share is usual no stake gains in expectation, so `R - n` does not grow (a supermartingale), and R reaches
 * c within n requests with probability at most n / c, however the requests depend on each other and whenever one
 * looks (Doob). These are the e-detectors of Shin, Ramdas and Rinaldo ("E-detectors: a nonparametric framework for
 * sequential change detection", 2023) with the bets of Waudby-Smith and Ramdas (2024). The mean over several stakes
 * is such a sum again.
 */
export function addRequest(evidence: Evidence, isLarge: boolean, usual: number, mostGain: number): number {
  const excess = (isLarge ? 1 : 0) - usual;
  const most = mostGain / (1 - usual);
  let sum = 0;
  for (let at = 0; at < stakes.length; at += 1) {
    const stake = Math.min((stakes[at] as number) / usual, most);
    const next = (1 + (evidence[at] as number)) * (1 + stake * excess);
    evidence[at] = next;
    sum += next;
  }
  return sum / stakes.length;
}
