import { InvalidOptionError, StoreError } from "../../contracts/index.ts";
import type { GuardLift } from "../../contracts/ports/index.ts";
import type { Shared } from "../fleet-options.ts";
import { isTime } from "./read-answers.ts";
import { storeKey } from "./store-key.ts";
import type { StoreLink } from "./store-link.ts";

/** Lifts that are in force at a time. Their record has at most 65,536 characters. */
const mostLifts = 100;
const longest = 65_536;
/** Longest time that a store keeps a record, and that a cap is lifted, in milliseconds. */
const longestMs = 31 * 86_400_000;
/** Times that a record is written which another process changes at the same time. */
const tries = 5;

/** Key of the record of all lifted caps of a fleet. */
export function liftsKey({ namespace }: Shared): string {
  return storeKey(namespace, "lifts");
}

/**
 * Adds a lift to those of the fleet. One of the same unit is replaced. Rejects with `StoreError`, and with
 * `InvalidOptionError` if too many are in force.
 */
export async function tellLift(link: StoreLink, shared: Shared, lift: GuardLift): Promise<void> {
  const key = liftsKey(shared);
  for (let attempt = 0; attempt < tries; attempt += 1) {
    const entries = await link.ask((store) => store.records.get([key]), asList, true);
    if (entries === undefined) throw failed(shared, "did not say which caps are lifted");
    const { value, version } = (entries[0] ?? {}) as { readonly value?: string; readonly version?: string };
    const now = link.now();
    const others = readLifts(value, now).filter((one) => unitOf(one) !== unitOf(lift));
    const text = JSON.stringify({ formatVersion: 1, lifts: [...others, lift] });
    if (others.length >= mostLifts || text.length > longest)
      throw new InvalidOptionError(
        "liftCap",
        others.length + 1,
        `at most ${mostLifts} lifted caps at a time: state usualOf where a share is usual for good`,
      );
    const leftMs = [...others, lift].map(({ until }) => Math.ceil(until - now));
    const ttlMs = Math.min(longestMs, Math.max(1, ...leftMs));
    const written = await link.ask(
      (store) => store.records.put([{ key, value: text, expect: version ?? "none", ttlMs }]),
      (answer) => (typeof answer === "object" && answer !== null ? answer : undefined),
      true,
    );
    if (written === undefined) throw failed(shared, "did not take the lifted cap");
    if (!("conflict" in written)) return;
  }
  throw failed(shared, "has a record of lifted caps that others change all the time");
}

/** Reads lifts that are in force. What is not one is left out: an older version may have written it. */
export function readLifts(text: string | undefined, now: number): readonly GuardLift[] {
  if (text === undefined || text.length > longest) return [];
  try {
    const { formatVersion, lifts } = (JSON.parse(text) ?? {}) as Readonly<Record<string, unknown>>;
    if (formatVersion !== 1 || !Array.isArray(lifts)) return [];
    return lifts.flatMap((given: unknown) => {
      const { guard, tenant, owner, together, until } = (given ?? {}) as Readonly<Record<string, unknown>>;
      return typeof guard === "string" &&
        isName(tenant) &&
        isName(owner) &&
        typeof together === "boolean" &&
        isTime(until) &&
        until > now
        ? [{ guard, tenant, owner, together, until }]
        : [];
    });
  } catch {
    return [];
  }
}

function isName(value: unknown): value is string | undefined {
  return value === undefined || typeof value === "string";
}

function unitOf({ guard, tenant, owner, together }: GuardLift): string {
  return JSON.stringify([guard, tenant ?? null, owner ?? null, together]);
}

function asList(answer: unknown): readonly unknown[] | undefined {
  return Array.isArray(answer) && answer.length === 1 ? answer : undefined;
}

function failed({ store }: Shared, problem: string): StoreError {
  return new StoreError(store.name, "failed", problem);
}
