import { type Replaced, type Replacement, RouterError } from "../../contracts/index.ts";
import { loadedOnUse } from "../../plugin/loaded-on-use.ts";
import type { FixedParts, RouterParts } from "../life/parts.ts";
import type { InputStates } from "./input-states.ts";
import { type GivenParts, partsOf } from "./parts-of.ts";
import type { Replaceable } from "./replace-parts.ts";

const replacing = loadedOnUse(() => import("./replace-parts.ts"));

/** Holds the parts of a router, and replaces them. */
export interface Replacer<Id extends string> {
  /** Parts for a request that begins now. */
  readonly parts: RouterParts<Id>;
  /** Number of replacements so far. */
  readonly revision: number;
  replace(given: Replacement<Id>, isClosed: () => boolean): Promise<Replaced>;
  revert(reason: string, isClosed: () => boolean): Promise<Replaced>;
}

export interface ReplacerOptions<Id extends string> {
  readonly fixed: FixedParts<Id>;
  readonly first: GivenParts<Id>;
  readonly states: InputStates;
}

/** Largest number of calls that wait for each other. */
const mostWaiting = 100;

/** Throws `InvalidOptionError` for the first parts. */
export function createReplacer<Id extends string>({
  fixed,
  first,
  states,
}: ReplacerOptions<Id>): Replacer<Id> {
  let current = partsOf(fixed, first);
  let last: RouterParts<Id> | undefined;
  let revision = 0;
  let waiting = 0;
  let queue: Promise<unknown> = Promise.resolve();
  states.keep([current.inputs]);

  /** Does work when all before is done: validation may take time, and must not mix with another one. */
  const inTurn = (work: () => Promise<Replaced>): Promise<Replaced> => {
    if (waiting >= mostWaiting)
      throw new RouterError("invalid-request", `${mostWaiting} replacements wait already`);
    waiting += 1;
    const done = queue.then(work).finally(() => {
      waiting -= 1;
    });
    queue = done.catch(() => {});
    return done;
  };

  const commit = (next: RouterParts<Id>, before: RouterParts<Id> | undefined): void => {
    current = next;
    last = before;
    revision += 1;
    states.keep([current.inputs, last?.inputs]);
  };

  const hold = (isClosed: () => boolean): Replaceable<Id> => ({
    fixed,
    current: () => current,
    last: () => last,
    isClosed,
    inTurn,
    commit,
  });
  return {
    get parts() {
      return current;
    },
    get revision() {
      return revision;
    },
    async replace(given, isClosed) {
      await replacing.load();
      return replacing.get().replaceParts(hold(isClosed), given);
    },
    async revert(reason, isClosed) {
      // At hand wherever there is something to revert.
      await replacing.load();
      return replacing.get().revertParts(hold(isClosed), reason);
    },
  };
}
