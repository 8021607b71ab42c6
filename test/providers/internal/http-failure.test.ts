import { expect, test } from "vitest";
import { kindOfStatus, retryAfterMs } from "../../../src/providers/internal/http-failure.ts";

test.each([
  [200, "unknown"],
  [400, "invalid-request"],
  [401, "authentication"],
  [403, "permission"],
  [404, "not-found"],
  [408, "timeout"],
  [409, "conflict"],
  [413, "too-large"],
  [422, "invalid-request"],
  [429, "rate-limit"],
  [500, "server"],
  [502, "server"],
  [503, "overloaded"],
  [504, "timeout"],
  [529, "overloaded"],
  [599, "server"],
])("status %d means %s", (status, kind) => {
  expect(kindOfStatus(status)).toBe(kind);
});

const at = Date.UTC(2026, 10, 1, 12);
const now = () => at;
const inNineSeconds = new Date(at + 9000).toUTCString();

test.each([
  [{}, undefined],
  [{ "retry-after": "3" }, 3000],
  [{ "retry-after": "0" }, 0],
  [{ "retry-after": "-3" }, 0],
  [{ "retry-after-ms": "120", "retry-after": "3" }, 120],
  [{ "retry-after-ms": "x", "retry-after": "3" }, 3000],
  [{ "retry-after": "1e999" }, undefined],
  [{ "retry-after": "soon" }, undefined],
  [{ "retry-after": "NaN" }, undefined],
  [{ "retry-after": inNineSeconds }, 9000],
  [{ "retry-after": inNineSeconds, date: new Date(at + 5000).toUTCString() }, 4000],
  [{ "retry-after": inNineSeconds, date: new Date(at + 60_000).toUTCString() }, 0],
])("the headers %o ask to wait %s ms", (headers, expected) => {
  expect(retryAfterMs(new Headers(headers), now)).toBe(expected);
});
