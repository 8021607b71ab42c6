import fc from "fast-check";
import type { Fault, FaultStatus, RetryAfter } from "./fault.ts";

/** One request, the faults of its calls, and the actions of its caller. Plain data. */
export interface Schedule {
  readonly mode: "route" | "stream";
  /** Faults of the calls to each model that may serve the request, in order. */
  readonly small: readonly Fault[] | "refused";
  readonly large: readonly Fault[] | "refused";
  /** A hop at which a constraint forbids the large model. */
  readonly largeForbiddenAt: "fallback" | "retry" | "hedge" | undefined;
  readonly retries: number;
  /** Delay after which the large model is called in addition to a late small one. */
  readonly hedgeAfterMs: number | undefined;
  readonly deadlineMs: number | undefined;
  readonly maxCostUsd: number | undefined;
  /** Time from the call to the caller's abort. */
  readonly abortAfterMs: number | undefined;
  /** Number of chunks after which the consumer of a stream leaves. */
  readonly leaveAfterChunks: number | undefined;
  /** Time that the consumer of a stream takes for each chunk. */
  readonly msPerChunk: number;
  /** Seed of the router's random numbers. */
  readonly seed: number;
}

// `fc.double` is not used: half of its values are below 1e-150.
const at = fc.nat({ max: 9_999 }).map((places) => places / 10_000);
const status = fc.constantFrom<FaultStatus[]>(500, 502, 503, 529, 429, 504, 408, 409, 400, 401, 404);
const retryAfter: fc.Arbitrary<RetryAfter> = fc.oneof(
  fc.record({ form: fc.constant("seconds" as const), ms: fc.constantFrom(0, 1_000, 3_600_000) }),
  fc.record({ form: fc.constant("date" as const), ms: fc.constantFrom(-5_000, 0, 1_000, 60_000) }),
  fc.record({ form: fc.constant("milliseconds" as const), ms: fc.constantFrom(0, 5, 30, 5_000) }),
  fc.record({
    form: fc.constant("garbage" as const),
    text: fc.constantFrom("soon", "-3", "1e999", "NaN", ""),
  }),
);

const contentType = fc.constantFrom("text/html", "application/json", "text/event-stream", "image/png");

/** Faults of calls. Most calls fail, because a request that is served at once shows nothing. */
export const faults: fc.Arbitrary<Fault> = fc.oneof(
  { withCrossShrink: true },
  { arbitrary: fc.constant<Fault>({ type: "none" }), weight: 4 },
  fc.record({ type: fc.constant("slow-headers" as const), ms: fc.integer({ min: 1, max: 400 }) }),
  fc.constant<Fault>({ type: "silence" }),
  { arbitrary: fc.constant<Fault>({ type: "reset" }), weight: 2 },
  {
    arbitrary: fc.record({
      type: fc.constant("status" as const),
      status,
      retryAfter: fc.option(retryAfter, { nil: undefined }),
    }),
    weight: 4,
  },
  fc.record({ type: fc.constant("stall" as const), at }),
  {
    arbitrary: fc.record({
      type: fc.constant("cut" as const),
      at,
      how: fc.constantFrom("drop" as const, "end" as const),
    }),
    weight: 5,
  },
  { arbitrary: fc.record({ type: fc.constant("malformed" as const), at }), weight: 2 },
  { arbitrary: fc.record({ type: fc.constant("error-inside" as const), at, status }), weight: 2 },
  fc.record({ type: fc.constant("end-marker" as const), times: fc.constantFrom(0 as const, 2 as const) }),
  fc.record({ type: fc.constant("content-type" as const), value: contentType }),
  fc.constant<Fault>({ type: "empty" }),
  fc.record({ type: fc.constant("huge" as const), characters: fc.integer({ min: 10_000, max: 300_000 }) }),
  fc.record({ type: fc.constant("slow-loris" as const), msPerByte: fc.constantFrom(0, 1, 5) }),
);

const script = fc.oneof(
  { arbitrary: fc.array(faults, { maxLength: 3 }), weight: 12 },
  { arbitrary: fc.constant("refused" as const), weight: 1 },
);
/** Applies in a quarter, or in half, of the schedules. */
const sometimes = <T>(arbitrary: fc.Arbitrary<T>, quarters: 1 | 2): fc.Arbitrary<T | undefined> =>
  fc.oneof({ arbitrary: fc.constant(undefined), weight: 4 - quarters }, { arbitrary, weight: quarters });

export const schedules: fc.Arbitrary<Schedule> = fc.record({
  mode: fc.constantFrom("route", "stream"),
  small: script,
  large: script,
  largeForbiddenAt: sometimes(fc.constantFrom("fallback" as const, "retry" as const, "hedge" as const), 1),
  retries: fc.nat({ max: 2 }),
  hedgeAfterMs: sometimes(fc.nat({ max: 100 }), 2),
  deadlineMs: sometimes(fc.integer({ min: 1, max: 400 }), 2),
  maxCostUsd: sometimes(
    fc.integer({ min: 31, max: 65 }).map((dimes) => dimes / 10),
    1,
  ),
  abortAfterMs: sometimes(fc.integer({ min: 0, max: 200 }), 1),
  leaveAfterChunks: sometimes(fc.integer({ min: 1, max: 10 }), 1),
  msPerChunk: fc.constantFrom(0, 0, 0, 1, 5),
  seed: fc.nat(),
});
