import { errorType } from "../../contracts/errors/index.ts";
import type { Load, Member, Model } from "../../contracts/index.ts";
import { dropPromises } from "../../plugin/index.ts";

/** Largest number of members that are read. */
const mostMembers = 1_000;

/** Members of a pool that can be used, and what is wrong with what it returned. */
export interface ReadMembers {
  readonly members: readonly Member[];
  readonly problem: string | undefined;
}

/** Reads what a pool's `members()` returns, which may be a user's own: it may throw, or return anything. */
export function readMembers(pool: Model): ReadMembers {
  let given: unknown;
  try {
    given = pool.members?.();
  } catch (error) {
    return { members: [], problem: `members() threw an error of type ${errorType(error)}` };
  }
  if (!Array.isArray(given)) {
    dropPromises(given);
    return { members: [], problem: "members() returned no array" };
  }
  const members: Member[] = [];
  const keys = new Set<string>();
  let bad = Math.max(0, given.length - mostMembers);
  for (let at = 0; at < given.length && at < mostMembers; at += 1) {
    const member = usable(given[at]);
    if (member === undefined || keys.has(member.key)) bad += 1;
    else {
      keys.add(member.key);
      members.push(member);
    }
  }
  const problem = bad === 0 ? undefined : `members() returned ${bad} that cannot be used, or are there twice`;
  return { members, problem };
}

const states: ReadonlySet<unknown> = new Set(["ready", "late", "loading", "out", "draining"]);

function usable(given: unknown): Member | undefined {
  try {
    const member = given as Member;
    const { key, model, state, inFlight, load } = member;
    const isModel = typeof model?.generate === "function" && typeof model.stream === "function";
    if (typeof key !== "string" || key === "" || !states.has(state) || !isModel) return undefined;
    if (model.members !== undefined) return undefined;
    if (isAmount(inFlight) && (load === undefined || isLoad(load))) return member;
    return { ...member, inFlight: isAmount(inFlight) ? inFlight : 0, load: isLoad(load) ? load : undefined };
  } catch {
    return undefined;
  }
}

const amounts = [
  "running",
  "waiting",
  "kvUsage",
  "expectedWaitMs",
  "waitErrorMs",
  "promptTokensPerSecond",
] as const;

/** True unless a load says something impossible: then nothing of it counts. */
function isLoad(load: Load | undefined): boolean {
  if (typeof load !== "object" || load === null || !isAmount(load.ageMs)) return false;
  for (const name of amounts) if (load[name] !== undefined && !isAmount(load[name])) return false;
  return true;
}

function isAmount(value: unknown): boolean {
  return typeof value === "number" && value >= 0 && value < Number.POSITIVE_INFINITY;
}
