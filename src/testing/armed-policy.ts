import type { ArmShare, Choice, Policy, PolicyInput } from "../contracts/index.ts";

/** A policy whose choices belong to the arms of a comparison, and the same one without arms. */
export interface ArmedPolicy<Id extends string> {
  readonly policy: Policy<Id>;
  readonly plain: Policy<Id>;
  /** Number of times that `policy` was asked. */
  readonly asked: () => number;
}

const arms: readonly ArmShare[] = Object.freeze(
  [
    { comparison: "sample-rollout", arm: "candidate", low: 0, high: 0.25 },
    { comparison: "sample-rollout", arm: "control", low: 0.25, high: 1 },
  ].map((arm) => Object.freeze(arm)),
);

/** Input of the sample comparison. */
const input: PolicyInput = {
  id: "sample-rollout",
  create: () => ({
    snapshot: () => ({ share: 0.25 }),
    unitOf: () => ({ unitHash: "0123456789ab", draw: 0.5 }),
  }),
};

/** Creates the policies: of the permitted models, the last one for the candidate's units, the first one for the others. */
export function armedPolicy<Id extends string>(models: readonly Id[]): ArmedPolicy<Id> {
  let asked = 0;
  const choose = (candidates: readonly { readonly id: Id }[], withArms: boolean): readonly Choice<Id>[] =>
    arms.flatMap((arm) => {
      const chosen = arm.arm === "control" ? candidates[0] : candidates[candidates.length - 1];
      if (chosen === undefined) return [];
      const choice = { model: chosen.id, reason: `the sample's ${arm.arm}`, probability: arm.high - arm.low };
      return [withArms ? { ...choice, arms: [arm] } : choice];
    });
  const parts = { name: "sampleRollout", parameters: { models: [...models] }, models, reads: [input] };
  return {
    policy: {
      ...parts,
      select({ candidates }) {
        asked += 1;
        return choose(candidates, true);
      },
    },
    plain: { ...parts, select: ({ candidates }) => choose(candidates, false) },
    asked: () => asked,
  };
}

/** Returns what is wrong with the arms of a lottery that a combinator made of the sample's; undefined if nothing is. */
export function armsProblem(choices: readonly Choice[]): string | undefined {
  const given = arms.map((arm) => {
    const own = choices.filter((choice) => choice.arms?.some((one) => isSame(one, arm)));
    const sum = own.reduce((total, { probability = 1 }) => total + probability, 0);
    return { arm, count: own.length, perUnit: sum / (arm.high - arm.low) };
  });
  const lost = given.find(({ count }) => count === 0);
  if (lost !== undefined)
    return `choices of the arm ${lost.arm.arm} lost it: pass choice.arms on, as it is, with every choice that takes the place of one`;
  const [candidate, control] = given;
  const differs = Math.abs((candidate?.perUnit ?? 0) - (control?.perUnit ?? 0)) > 1e-9;
  return differs ? "scaled the choices of one arm by another factor than those of the other" : undefined;
}

function isSame(one: ArmShare, { comparison, arm, low, high }: ArmShare): boolean {
  return one.comparison === comparison && one.arm === arm && one.low === low && one.high === high;
}
