import { expect, test } from "vitest";
import { retryAfterMs } from "../../../../src/router/providers/internal/http-failure.ts";

const at = Date.UTC(2026, 10, 1, 12);
const now = () => at;
const week = 7 * 86_400_000;
const inNineSeconds = new Date(at + 9000).toUTCString();

test.each([
  [{}, undefined],
  [{ "retry-after": "3" }, 3000],
  [{ "retry-after": "0" }, 0],
  [{ "retry-after": "-3" }, undefined],
  [{ "retry-after-ms": "120", "retry-after": "3" }, 120],
  [{ "retry-after-ms": "x", "retry-after": "3" }, 3000],
  [{ "retry-after": "1e999" }, undefined],
  [{ "retry-after": "soon" }, undefined],
  [{ "retry-after": "NaN" }, undefined],
  [{ "retry-after": inNineSeconds }, 9000],
  [{ "retry-after": inNineSeconds, date: new Date(at + 5000).toUTCString() }, 4000],
  [{ "retry-after": inNineSeconds, date: new Date(at + 60_000).toUTCString() }, 0],
  [{ "retry-after": "2, 2" }, 2000],
  [{ "retry-after": "2, 30" }, 30_000],
  [{ "retry-after": "-1" }, undefined],
  [{ "retry-after": "-1, 4" }, 4000],
  [{ "retry-after": "1e999, 4" }, 4000],
  [{ "retry-after": "604800" }, week],
  [{ "retry-after": "604801" }, week],
  [{ "retry-after": "1000000000" }, week],
  [{ "retry-after": "99999999999" }, week],
  [{ "retry-after": "9".repeat(399) }, week],
  [{ "retry-after": "9".repeat(399), "retry-after-ms": "7" }, 7],
  [{ "retry-after-ms": "99999999999999999999" }, week],
  [{ "retry-after": "99999999999, 4" }, 4000],
  [{ "retry-after": "1e3" }, undefined],
  [{ "retry-after": "0x10" }, undefined],
  [{ "retry-after": "Infinity" }, undefined],
  [{ "retry-after": "" }, undefined],
  [{ "retry-after": "," }, undefined],
  [{ "retry-after": "retry 7" }, undefined],
  [{ "retry-after": "9".repeat(16_000) }, undefined],
  [{ "retry-after": Array(4_000).fill("1").join(", ") }, undefined],
  [{ "retry-after": `2, ${inNineSeconds}` }, 9000],
  [{ "retry-after": `${inNineSeconds}, 2` }, 9000],
  [{ "retry-after": `${inNineSeconds}, ${inNineSeconds}` }, 9000],
  [{ "retry-after": "Fri, 31 Dec 9999 23:59:59 GMT" }, week],
  [{ "retry-after": "Thu, 01 Jan 1970 00:00:00 GMT" }, undefined],
  [{ "retry-after": "Fri, 31 Dec 9999 23:59:59 GMT, 5" }, 5000],
  [{ "retry-after": "Sun, 99 Foo 2026 99:99:99 GMT" }, undefined],
  [{ "retry-after": inNineSeconds, date: "Thu, 01 Jan 1970 00:00:00 GMT" }, 9000],
  [{ "retry-after": inNineSeconds, date: "never" }, 9000],
  [{ "retry-after-ms": "120, 300" }, 300],
  [{ "retry-after-ms": "-1", "retry-after": "3" }, 3000],
  [{ "retry-after-ms": "1e999", "retry-after": "3" }, 3000],
  [{ "retry-after-ms": "999999999999999", "retry-after": "3" }, 3000],
])("the headers %o ask to wait %s ms", (headers, expected) => {
  expect(retryAfterMs(new Headers(headers), now)).toBe(expected);
});
