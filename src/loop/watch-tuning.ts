import { errorType } from "../contracts/errors/index.ts";
import { isRouterError, type Policy, type Router, type Tuning } from "../contracts/index.ts";
import { checkTuning, dropPromises, type OptionTable, readOptions } from "../plugin/index.ts";
import { neededBuiltin } from "../plugin/node-builtin.ts";
import { sha256 } from "../plugin/sha256.ts";
import { shortText } from "../plugin/short-text.ts";
import { loopEmitter } from "./loop-emitter.ts";
import { createPoller } from "./poller.ts";
import { readWholeFile } from "./read-whole-file.ts";
import { isDeeper } from "./release/release-pointer.ts";

export interface WatchTuningOptions<Id extends string> {
  readonly router: Router<Id>;
  /** Tuning file, as `eval tune` writes it. */
  readonly file: string;
  /** Returns the policy for a tuning file, or nothing: then the policy stays. Default: it stays. */
  readonly policy?: ((tuning: Tuning) => Policy<NoInfer<Id>> | undefined) | undefined;
  /** Mean time between two looks at the file in milliseconds, 50 to 3,600,000. Default 2,000. */
  readonly everyMs?: number | undefined;
}

export const watchTuningOptions: OptionTable<WatchTuningOptions<string>, "policy"> = {
  router: { is: "object", methods: ["replace", "observe"] },
  file: { is: "text" },
  policy: { is: "function", optional: true },
  everyMs: { is: "number", min: 50, max: 3_600_000, default: 2_000 },
};

/** A tuning file that a router follows. */
export interface TuningWatch {
  /** Looks at the file now. A change is taken at the second look that finds it the same. Never rejects. */
  check(): Promise<void>;
  /** Stops. The router keeps what it has. Idempotent. */
  close(): Promise<void>;
}

/** Most bytes of a tuning file, as `eval check` reads it. */
const maxBytes = 20_000_000;
const deepest = 100;
const formatVersion = 1;

/**
 * Follows a tuning file: `router.replace` takes over each new content, as soon as two looks in a row have found the same,
 * so that one that is being written is not read. Content that is damaged, was edited, or that the router refuses, changes
 * nothing, and is told once by the event `replacement-refused`. Ends when the router closes. Throws `InvalidOptionError`.
 */
export function watchTuning<Id extends string>(options: WatchTuningOptions<Id>): TuningWatch {
  const { router, file, policy, everyMs } = readOptions("watchTuning", watchTuningOptions, options);
  const emit = loopEmitter(router as Router);
  /** State of the file at the last look, and at the last look that did something. */
  let seen: string | undefined;
  let done: string | undefined;
  let refused: string | undefined;

  const refuse = (reason: string): void => {
    if (reason === refused) return;
    refused = reason;
    const told = `${shortText(file)} ${shortText(reason)}; the router keeps what it has`;
    emit({ type: "replacement-refused", source: "file", reason: told });
  };

  const take = async (text: string): Promise<void> => {
    const tuning = parseTuning(text);
    if (typeof tuning === "string") return refuse(tuning);
    if (router.tuning?.version === tuning.version) {
      refused = undefined;
      return;
    }
    try {
      const chosen = policyFor<Id>(policy, tuning);
      const reason = `the tuning file is now version ${shortText(tuning.version)}`;
      await router.replace({ tuning, ...(chosen === undefined ? {} : { policy: chosen }), reason });
      refused = undefined;
    } catch (error) {
      refuse(
        `was not taken: ${isRouterError(error) ? error.message : `an error of type ${errorType(error)}`}`,
      );
    }
  };

  const look = async (): Promise<void> => {
    const state = await stateOf(file);
    const isSettled = state === seen;
    seen = state;
    if (!isSettled || state === done) return;
    done = state;
    const read = await readWholeFile(file, maxBytes);
    if (read.problem === undefined) await take(read.text);
    else refuse(read.problem);
  };

  const poller = createPoller(look, { everyMs, isOver: () => router.isClosed });
  return { check: poller.now, close: poller.close };
}

/** Returns what changes with the file: a new one of the same size and time has another number. */
async function stateOf(file: string): Promise<string> {
  const { stat } = neededBuiltin("node:fs/promises");
  try {
    const { ino, size, mtimeMs, ctimeMs } = await stat(file);
    return [ino, size, mtimeMs, ctimeMs].join(" ");
  } catch (error) {
    return String((error as { readonly code?: unknown }).code);
  }
}

/** Returns the tuning, or what is wrong with it. A file with a format version carries a hash of itself. */
function parseTuning(text: string): Tuning | string {
  let value: Tuning & { readonly formatVersion?: unknown };
  try {
    value = JSON.parse(text) as typeof value;
  } catch {
    return "is not JSON: is it complete?";
  }
  // What is nested without end can be parsed, and then neither hashed nor written.
  if (isDeeper(value, deepest)) return `is nested more than ${deepest} deep`;
  try {
    checkTuning("tuning", value);
  } catch (error) {
    return `is not a tuning file: ${(error as Error).message}`;
  }
  if (value.formatVersion === undefined) return value;
  if (value.formatVersion !== formatVersion)
    return `has a format version that is not ${formatVersion}, the one that this version of the package reads`;
  const { version, ...rest } = value;
  const hash = sha256(JSON.stringify(rest)).slice(0, 12);
  return version === hash
    ? value
    : "has a version that is not the hash of the rest: it was changed after it was made";
}

function policyFor<Id extends string>(
  make: ((tuning: Tuning) => Policy<Id> | undefined) | undefined,
  tuning: Tuning,
): Policy<Id> | undefined {
  const policy = make?.(tuning);
  // The router says what a policy must be.
  dropPromises(policy);
  return policy;
}
