import { type FollowOptions, type FollowUp, InvalidOptionError, RouterError } from "../../contracts/index.ts";
import { copyOf } from "../../plugin/copy-of.ts";
import { ignore } from "../../plugin/ignore.ts";
import { checkKeys, checkNumber } from "../../plugin/option-checks.ts";
import { HeldText } from "../request/index.ts";
import { openHop } from "./hop-context.ts";
import type { RouterParts } from "./parts.ts";
import { mostPerCall, type Run } from "./run.ts";

/**
 * Opens a way to models after the answer of a request: under its constraints, with an account of its own for the same
 * owners. Deadline and signal of the request are over and do not apply.
 */
export function openFollowUp<Id extends string>(
  parts: RouterParts<Id>,
  run: Run<Id>,
  at: "shadow",
  options: FollowOptions = {},
): FollowUp {
  if (at !== "shadow") throw new InvalidOptionError("follow.hop", at, '"shadow"');
  checkKeys("follow", options, ["maxCostUsd"]);
  const { maxCostUsd } = options;
  if (maxCostUsd !== undefined) checkNumber("follow.maxCostUsd", maxCostUsd, { min: 0 });
  const { followUps, ledger, ports } = parts;
  const { tenant, session, labels } = run.facts;
  // Throws where the limit of a budget cannot be found: before anything has to be given back.
  const account = ledger.open(
    { tenant, session, labels, maxCostUsd, maxCallUsd: mostPerCall(run.teamConstraints) },
    ports.clock.wall,
  );
  const remove = followUps.add(() => followUp.end(), HeldText.sizeOf(run.text));
  // The result and the event of the request hold its attempts: these are others.
  const following: Run<Id> = {
    ...run,
    isTold: true,
    signal: undefined,
    startedAt: ports.clock.monotonic(),
    deadline: undefined,
    isLate: false,
    account,
    cutAt: 0,
    attempts: [],
    starts: [],
    told: [],
  };
  const hop = openHop(parts, following, at);
  let over = false;
  const followUp: FollowUp = {
    get signal() {
      return hop.signal;
    },
    get now() {
      return hop.now;
    },
    permits: (facts) => hop.permits(facts),
    generate(model, chat) {
      if (over) {
        const refused = Promise.reject(new RouterError("invalid-request", "the follow-up is over"));
        refused.catch(ignore);
        return refused;
      }
      const asked = hop.generate(model, chat);
      followUps.track(asked);
      return asked;
    },
    attempts: () => copyOf(following.attempts),
    committedUsd: () => account.committedUsd(),
    end() {
      if (over) return;
      over = true;
      remove();
      hop.end();
      account.close();
    },
  };
  return followUp;
}
