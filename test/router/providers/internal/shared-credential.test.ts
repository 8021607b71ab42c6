import { describe, expect, test } from "vitest";
import { settleWithin } from "../../../../src/plugin/settle-within.ts";
import {
  type IssuedCredential,
  type SharedCredentialOptions,
  sharedCredential,
} from "../../../../src/router/providers/internal/shared-credential.ts";

const hourMs = 3_600_000;

/** A shared credential with clocks that the test sets, whose issuer answers as the test says. */
function setUp(
  issue: (count: number, now: number, signal: AbortSignal) => unknown,
  more: Partial<SharedCredentialOptions<string>> = {},
) {
  const time = { wall: 1_790_000_000_000, monotonic: 5_000 };
  let asked = 0;
  const shared = sharedCredential<string>({
    obtain: async (signal) => {
      asked += 1;
      return issue(asked, time.wall, signal) as IssuedCredential<string>;
    },
    late: () => new Error("late"),
    wall: () => time.wall,
    monotonic: () => time.monotonic,
    ...more,
  });
  return {
    shared,
    time,
    asked: () => asked,
    pass: (ms: number) => {
      time.wall += ms;
      time.monotonic += ms;
    },
  };
}

const hourly = (count: number, now: number) => ({ value: `t${count}`, expiresAt: now + hourMs });
const settled = () => new Promise((resolve) => setImmediate(resolve));

describe("one request for many calls", () => {
  test("a thousand calls at once ask once, and so do a thousand later ones", async () => {
    const { shared, asked } = setUp(hourly);
    const first = await Promise.all(Array.from({ length: 1_000 }, () => shared.read()));
    expect(new Set(first)).toEqual(new Set(["t1"]));
    for (let call = 0; call < 1_000; call += 1) await shared.read();
    expect(asked()).toBe(1);
  });

  test("another one is obtained before it expires, and calls do not wait for it", async () => {
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const { shared, pass, asked } = setUp(async (count, now) => {
      if (count === 2) await held;
      return hourly(count, now);
    });
    await shared.read();
    pass(hourMs - 301_000);
    expect([await shared.read(), asked()]).toEqual(["t1", 1]);
    pass(2_000);
    expect(await Promise.all([shared.read(), shared.read(), shared.read()])).toEqual(["t1", "t1", "t1"]);
    expect(asked()).toBe(2);
    release();
    await settled();
    expect([await shared.read(), asked()]).toEqual(["t2", 2]);
  });

  test("an issuer that hands out the same one until its end is not asked at each call", async () => {
    const expiresAt = 1_790_000_000_000 + hourMs;
    const { shared, pass, asked } = setUp(() => ({ value: "t", expiresAt }));
    await shared.read();
    pass(hourMs - 200_000);
    for (let call = 0; call < 1_900; call += 1) {
      await shared.read();
      await settled();
      pass(100);
    }
    expect(asked()).toBeLessThan(12);
  });
});

describe("failures", () => {
  test("a failure reaches all who wait, and the next call asks again", async () => {
    const { shared, asked } = setUp((count, now) => {
      if (count === 1) throw new Error("no route");
      return hourly(count, now);
    });
    const results = await Promise.allSettled([shared.read(), shared.read()]);
    expect(results.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    expect([await shared.read(), asked()]).toEqual(["t2", 2]);
  });

  test("a failure to replace one that is good is not noticed, until it has expired", async () => {
    const unhandled: unknown[] = [];
    const note = (reason: unknown) => unhandled.push(reason);
    process.on("unhandledRejection", note);
    try {
      const { shared, pass, asked } = setUp((count, now) => {
        if (count > 1) throw new Error("no route");
        return hourly(count, now);
      });
      await shared.read();
      pass(hourMs - 100_000);
      expect(await shared.read()).toBe("t1");
      await settled();
      expect(await shared.read()).toBe("t1");
      expect(asked()).toBe(2);
      pass(100_000);
      await expect(shared.read()).rejects.toThrow("no route");
      await settled();
      expect(unhandled).toEqual([]);
    } finally {
      process.off("unhandledRejection", note);
    }
  });

  test("an issuer that hangs is given up after the limit, and asked again by the next call", async () => {
    const signals: AbortSignal[] = [];
    const { shared } = setUp(
      (count, now, signal) => {
        signals.push(signal);
        return count === 1 ? new Promise(() => {}) : hourly(count, now);
      },
      { limitMs: 20 },
    );
    await expect(shared.read()).rejects.toThrow("late");
    expect(signals[0]?.aborted).toBe(true);
    expect(await shared.read()).toBe("t2");
  });

  test("a credential that comes after the limit is not taken", async () => {
    let release = (_: IssuedCredential<string>) => {};
    const { shared } = setUp(
      (count, now) =>
        count === 1
          ? new Promise<IssuedCredential<string>>((resolve) => {
              release = resolve;
            })
          : hourly(count, now),
      { limitMs: 20 },
    );
    await expect(shared.read()).rejects.toThrow("late");
    release({ value: "too late" });
    await settled();
    expect(await shared.read()).toBe("t2");
  });

  test("a caller who leaves takes nothing from the others who wait", async () => {
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const { shared, asked } = setUp(async (count, now, signal) => {
      await held;
      expect(signal.aborted).toBe(false);
      return hourly(count, now);
    });
    const controller = new AbortController();
    const left = settleWithin(shared.read(), { signal: controller.signal });
    const stays = shared.read();
    controller.abort("left");
    await expect(left).rejects.toBe("left");
    release();
    expect([await stays, asked()]).toEqual(["t1", 1]);
  });
});

describe("clocks that jump", () => {
  test("a time of day that is set back does not make an expired one count", async () => {
    const { shared, time, asked } = setUp(hourly);
    await shared.read();
    time.monotonic += hourMs;
    time.wall -= 10 * hourMs;
    expect([await shared.read(), asked()]).toEqual(["t2", 2]);
  });

  test("one that expired while the machine slept does not count", async () => {
    const { shared, time, asked } = setUp(hourly);
    await shared.read();
    time.wall += hourMs;
    expect([await shared.read(), asked()]).toEqual(["t2", 2]);
  });

  test("by a clock that is hours ahead, each is kept for ten seconds, and not asked for at each call", async () => {
    const { shared, pass, asked } = setUp((count, now) => ({
      value: `t${count}`,
      expiresAt: now - 9 * hourMs,
    }));
    for (let call = 0; call < 100; call += 1) await shared.read();
    expect(asked()).toBe(1);
    pass(10_000);
    expect([await shared.read(), asked()]).toEqual(["t2", 2]);
  });

  test.each([undefined, Number.NaN, Number.POSITIVE_INFINITY, "soon"])(
    "one whose end is %s is kept for five minutes",
    async (expiresAt) => {
      const { shared, pass, asked } = setUp((count) => ({ value: `t${count}`, expiresAt }));
      await shared.read();
      pass(230_000);
      expect([await shared.read(), asked()]).toEqual(["t1", 1]);
      pass(70_000);
      expect([await shared.read(), asked()]).toEqual(["t2", 2]);
    },
  );
});

describe("refusals", () => {
  test("one that the platform refuses is replaced, at most once a minute", async () => {
    const { shared, pass, asked } = setUp(hourly);
    await shared.read();
    expect(shared.refused()).toBe(false);
    pass(60_000);
    expect(shared.refused()).toBe(true);
    expect(await shared.read()).toBe("t2");
    for (let call = 0; call < 50; call += 1) expect(shared.refused()).toBe(false);
    expect([await shared.read(), asked()]).toEqual(["t2", 2]);
  });
});
