import type { BreakerState, FailureClass, Store } from "../../contracts/index.ts";
import type { GuardLift, SharingRouter } from "../../contracts/ports/index.ts";
import { failureClasses } from "../../plugin/failure-class.ts";
import { nodeCrypto } from "../../plugin/node-crypto.ts";
import { unref } from "../../plugin/unref.ts";
import type { Shared } from "../fleet-options.ts";
import { liftsKey, readLifts, tellLift } from "./lifts.ts";
import { isTime } from "./read-answers.ts";
import { storeKey } from "./store-key.ts";
import { StoreLink } from "./store-link.ts";

export interface HintsOptions
  extends Pick<SharingRouter, "clock" | "breakers" | "limits" | "endpoints" | "guards"> {
  readonly shared: Shared;
}

/** Exchange of hints between the processes of a fleet: open breakers and learnt rates, and caps that a person has lifted. */
export interface Hints {
  /** Writes what the calls of this process have shown, and reads what others wrote. Never rejects. */
  poll(): Promise<void>;
  /** Tells the others of a lifted cap. Rejects with `StoreError` if it cannot. */
  lift(lift: GuardLift): Promise<void>;
  close(): void;
}

/** Mean time between two polls in milliseconds; each is between half and one and a half of it. */
const pollMs = 3_000;
/** Time after which a hint is no longer read. A breaker's ends earlier, with the pause in it. */
const ttlMs = 60_000;
/** Largest number of keys of a `get`. */
const mostKeys = 256;
/** Largest number of models, each of which has two keys. */
const mostNames = mostKeys / 2;
const mostWrites = 16;

type Kind = "breaker" | "rate";

/** Starts to poll, with timers that keep no process alive. */
export function createHints({ shared, clock, breakers, limits, endpoints, guards }: HintsOptions): Hints {
  const known = [...new Set(endpoints)].slice(0, mostNames);
  const link = new StoreLink({ store: shared.store, clock, onFailed: ignore, onBack: ignore });
  const writer = nodeCrypto().randomUUID();
  const keyOf = (kind: Kind, name: string) =>
    storeKey(
      shared.namespace,
      `${kind}/${nodeCrypto().createHash("sha256").update(JSON.stringify(name)).digest("base64url")}`,
    );
  const keys = known.flatMap((name) => [keyOf("breaker", name), keyOf("rate", name)]);
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isClosed = false;

  const tell = async (): Promise<void> => {
    const now = clock.monotonic();
    const open = breakers.exportState(now).flatMap((state) => openingOf(state, now));
    const values = [
      ...open.map(({ name, ...hint }) => ({ kind: "breaker" as const, name, hint })),
      ...(limits?.learnt() ?? []).map(({ name, perMinute }) => ({
        kind: "rate" as const,
        name,
        hint: { perMinute },
      })),
    ].filter(({ name }) => known.includes(name));
    const at = link.now();
    const writes = values.slice(0, mostWrites).map(({ kind, name, hint }) => ({
      key: keyOf(kind, name),
      value: JSON.stringify({ formatVersion: 1, writer, at, ...hint }),
      expect: "any" as const,
      ttlMs,
    }));
    if (writes.length > 0) await link.ask((store) => store.records.put(writes), readAny);
  };

  const hear = async (): Promise<void> => {
    const hasGuard = guards.names().length > 0;
    // Of 128 models the last one's rate is left out for them.
    const asked = hasGuard ? [liftsKey(shared), ...keys].slice(0, mostKeys) : keys;
    const values = await link.ask(
      (store) => store.records.get(asked),
      (answer) => readValues(answer, asked.length),
    );
    if (values === undefined || isClosed) return;
    if (hasGuard) for (const lift of readLifts(values.shift(), link.now())) hearLift(lift);
    known.forEach((name, index) => {
      const opening = readHint(values[2 * index], writer);
      const age = opening === undefined ? 0 : link.now() - opening.at;
      // One from the future, or one that is over, says nothing.
      if (opening?.leftMs !== undefined && age >= -1_000 && age < Math.min(opening.leftMs, ttlMs))
        breakers.hint(name, opening.failureClass, clock.monotonic());
      const rate = readHint(values[2 * index + 1], writer);
      if (rate?.perMinute !== undefined && Math.abs(link.now() - rate.at) < ttlMs)
        limits?.hint(name, rate.perMinute);
    });
  };

  const hearLift = (lift: GuardLift): void => {
    try {
      guards.lift(lift);
    } catch {
      // A guard of the same name in another process watches other units.
    }
  };

  const poll = async (): Promise<void> => {
    if (!link.knowsTime) await link.ask((store: Store) => store.status(), readAny);
    else link.check();
    if (isClosed || !link.knowsTime) return;
    await tell();
    if (!isClosed) await hear();
  };

  const schedule = (): void => {
    if (isClosed) return;
    // Chance of its own: the router's decides requests.
    timer = setTimeout(() => void poll().then(schedule), pollMs * (0.5 + Math.random()));
    unref(timer);
  };
  schedule();

  return {
    poll,
    async lift(lift) {
      if (!link.knowsTime) await link.ask((store: Store) => store.status(), readAny);
      await tellLift(link, shared, lift);
    },
    close() {
      isClosed = true;
      clearTimeout(timer);
      link.close();
    },
  };
}

/** Returns the hint on a breaker: only one that the calls of this process have opened. */
function openingOf({ name, state, openUntil = 0, failureClass }: BreakerState, now: number) {
  return state === "open" && openUntil > now ? [{ name, leftMs: openUntil - now, failureClass }] : [];
}

interface Hint {
  readonly at: number;
  readonly leftMs?: number | undefined;
  readonly failureClass?: FailureClass | undefined;
  readonly perMinute?: number | undefined;
}

const longest = 1_024;

/** Reads a hint of another process; undefined if it is not one. */
function readHint(text: string | undefined, writer: string): Hint | undefined {
  if (text === undefined || text.length > longest) return undefined;
  try {
    const given = (JSON.parse(text) ?? {}) as Record<string, unknown>;
    const { formatVersion, at, leftMs, failureClass, perMinute } = given;
    if (formatVersion !== 1 || given["writer"] === writer || !isTime(at)) return undefined;
    return {
      at,
      leftMs: isTime(leftMs) ? leftMs : undefined,
      failureClass: failureClasses.find((one) => one === failureClass),
      perMinute: typeof perMinute === "number" && perMinute > 0 ? perMinute : undefined,
    };
  } catch {
    return undefined;
  }
}

function readValues(answer: unknown, count: number): (string | undefined)[] | undefined {
  if (!Array.isArray(answer) || answer.length !== count) return undefined;
  return answer.map((entry: unknown) => {
    const { value } = (entry ?? {}) as { readonly value?: unknown };
    return typeof value === "string" ? value : undefined;
  });
}

function readAny(answer: unknown): object | undefined {
  return typeof answer === "object" && answer !== null ? answer : undefined;
}

function ignore(): void {}
