import { scaled, totalOf } from "../../../policies/internal/lottery.ts";
import { errorType } from "../../contracts/errors/index.ts";
import { type Choice, type Policy, type PolicyContext, PolicyError } from "../../contracts/index.ts";
import { checkArms, checkedLottery } from "../../router/decide/index.ts";

/** Opinion of a candidate on a request. */
export interface CandidateOpinion<Id extends string> {
  /** Empty for no opinion, and where it failed. Probabilities sum to 1 at most. */
  readonly choices: readonly Choice<Id>[];
  /** Reason why the choices leave something. */
  readonly why: string;
}

/**
 * Asks a candidate. It fails no request: where it throws, changes what it was given, or returns something that the router would
 * refuse, it has no opinion.
 */
export function candidateOpinion<Id extends string>(
  candidate: Policy<Id>,
  context: PolicyContext<Id>,
): CandidateOpinion<Id> {
  try {
    const given = candidate.select(ownContext(context));
    const choices = checkedLottery(candidate.name, given, context.candidates);
    if (hasArms(choices)) checkArms(candidate.name, choices);
    return { choices, why: "the candidate has no opinion" };
  } catch (error) {
    return { choices: [], why: failed(error) };
  }
}

/** Returns what the candidate wants, and gives to control what it leaves. */
export function withControl<Id extends string>(
  { choices, why }: CandidateOpinion<Id>,
  controls: readonly Choice<Id>[],
): readonly Choice<Id>[] {
  const left = 1 - totalOf(choices);
  if (!(left > 1e-9)) return choices;
  const rest = scaled(controls, left).map((choice) => ({ ...choice, reason: `${why}; ${choice.reason}` }));
  return [...choices, ...rest];
}

/**
 * Returns what `build` makes of the candidate's choices; of none, if that has arms that the router would refuse: those of
 * comparisons that the candidate does not read, of the rollout itself, or others than those of control.
 */
export function buildSafely<Id extends string>(
  opinion: CandidateOpinion<Id>,
  { name, reads = [] }: Pick<Policy<Id>, "name" | "reads">,
  build: (opinion: CandidateOpinion<Id>) => readonly Choice<Id>[],
): readonly Choice<Id>[] {
  if (!hasArms(opinion.choices)) return build(opinion);
  try {
    const known = new Set(reads.map(({ id }) => id));
    const named = opinion.choices.flatMap(({ arms = [] }) => arms.map(({ comparison }) => comparison));
    const strange = named.find((comparison) => !known.has(comparison));
    if (strange !== undefined) throw new PolicyError(name, `reads no input with the id ${strange}`);
    const built = build(opinion);
    checkArms(name, built);
    return built;
  } catch (error) {
    return build({ choices: [], why: failed(error) });
  }
}

function hasArms(choices: readonly Choice[]): boolean {
  return choices.some(({ arms }) => arms !== undefined);
}

/** Begin of the reason of a choice that control made since the candidate failed. */
export const candidateFailed = "the candidate failed with an error of type ";

function failed(error: unknown): string {
  return `${candidateFailed}${errorType(error)}`;
}

/** A candidate that sorts what it was given, for instance, must not make the router refuse what control wants. */
function ownContext<Id extends string>(context: PolicyContext<Id>): PolicyContext<Id> {
  const { candidates, classification } = context;
  return {
    ...context,
    candidates: candidates.map((one) => ({ ...one })),
    classification: classification && { ...classification },
  };
}
