import { errorType } from "../../contracts/errors/index.ts";
import {
  type GoldenRoute,
  InvalidOptionError,
  isRouterError,
  type RouteRequest,
} from "../../contracts/index.ts";
import { ignore } from "../../plugin/ignore.ts";
import type { Decided } from "../decide/index.ts";
import { decide } from "../decide/index.ts";
import { allText, HeldText, readable } from "../request/index.ts";
import { heldConstraints } from "./held-constraints.ts";
import type { RouterParts } from "./parts.ts";
import { quietAccount, quietHop } from "./quiet-hop.ts";

/** Number of routes that are decided at the same time, where the classifier is asynchronous. */
const atOnce = 50;
/**
 * Largest number of draws that look for the plans of a lottery: one of a probability above 1 % is found. Fewer where the
 * classifier is asynchronous and asked again by each.
 */
const mostDraws = 256;
const mostAwaited = 16;
/** Number of draws of a route between two pauses for the event loop: a router that is replaced has requests under way. */
const drawsAtOnce = 8;
/** Rounding error of a sum of probabilities. */
const tolerance = 1e-6;

/** Decides the golden routes of these parts. Rejects with `InvalidOptionError` on the first that goes elsewhere. */
export async function holdGoldenRoutes<Id extends string>(parts: RouterParts<Id>): Promise<void> {
  const { golden } = parts;
  for (let from = 0; from < golden.length; from += atOnce) {
    if (from > 0) await pause();
    await Promise.all(golden.slice(from, from + atOnce).map((route, at) => hold(parts, route, from + at)));
  }
}

async function hold<Id extends string>(
  parts: RouterParts<Id>,
  route: GoldenRoute<Id>,
  at: number,
): Promise<void> {
  const allowed: readonly Id[] = route.in ?? [route.model];
  const expected = `a request for ${allowed.join(" or ")}`;
  /** Plans that were seen, and the sum of their probabilities. */
  const seen = new Set<string>();
  let total = 0;
  let most = mostDraws;
  for (let index = 0; index < most && total < 1 - tolerance; index += 1) {
    if (index > 0 && index % drawsAtOnce === 0) await pause();
    const draw = drawAt(index);
    let decided: Decided<Id>;
    try {
      const asked = decideQuietly(parts, route.request, draw);
      if (asked instanceof Promise) most = mostAwaited;
      decided = await asked;
    } catch (cause) {
      const problem = isRouterError(cause) ? cause.code : errorType(cause);
      throw new InvalidOptionError(`replace.golden[${at}]`, `an error: ${problem}`, expected, { cause });
    }
    const { model, plan, propensity } = decided.decision;
    if (!allowed.includes(model)) throw new InvalidOptionError(`replace.golden[${at}]`, model, expected);
    const key = JSON.stringify(plan.map((step) => [step.model, step.unless]));
    if (!seen.has(key)) total += propensity;
    seen.add(key);
  }
}

/** Returns both ends, and then numbers that halve what is left between those before: 0, 1, 1/2, 1/4, 3/4, 1/8 … */
function drawAt(index: number): number {
  if (index === 0) return 0;
  if (index === 1) return 1 - Number.EPSILON;
  let [draw, part] = [0, 0.5];
  // The bits of the number in reverse (van der Corput).
  for (let rest = index - 1; rest > 0; rest = Math.floor(rest / 2)) {
    draw += (rest % 2) * part;
    part /= 2;
  }
  return draw;
}

/** Decides as a new router does: without sessions, budgets, and knowledge of how models behave. No event tells of it. */
function decideQuietly<Id extends string>(
  parts: RouterParts<Id>,
  request: RouteRequest<Id>,
  draw: number,
): Decided<Id> | Promise<Decided<Id>> {
  const { deciding, allConstraints, ports } = parts;
  const text = new HeldText(request);
  const facts = parts.normalise(request, text);
  const routing = typeof request === "string" ? undefined : request;
  const hop = quietHop(ports.clock.wall());
  return decide<Id>(
    { ...deciding, healthOf: ignore, windowOf: ignore, sessionOf: ignore, promise: undefined },
    {
      id: "golden",
      startedAt: ports.clock.monotonic(),
      request: facts,
      constraints: [...allConstraints, ...heldConstraints<Id>(routing?.constraints ?? [])],
      pin: routing?.model,
      fallback: routing?.fallback,
      account: quietAccount,
      hop,
      draw,
      countTokens: () =>
        parts.countTokens(
          readable(routing, () => allText(HeldText.chatOf(text))),
          hop.signal,
        ),
    },
  );
}

function pause(): Promise<void> {
  return new Promise((resolve) => void (globalThis.setImmediate ?? setTimeout)(resolve));
}
