import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import type { Quotas, Store } from "../../../src/contracts/index.ts";
import { memoryStore } from "../../../src/fleet/store/memory.ts";
import { openDesk, settled } from "../../support/shared/desk-world.ts";

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** Returns a socket whose other end sends back what it gets. */
async function echo(): Promise<Socket> {
  // What a socket that was destroyed had not read is reset: that is no news to its other end.
  const server = createServer((socket) => void socket.on("error", () => {}).pipe(socket));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  const socket = connect(port, "127.0.0.1");
  await once(socket, "connect");
  closers.push(
    () => server.close(),
    () => socket.destroy(),
  );
  return socket;
}

/** A store that answers when a byte has been to another socket and back: a timer that is due comes first. */
async function storeAfar(): Promise<Store> {
  const socket = await echo();
  const store = memoryStore();
  const afar = async <T>(work: () => Promise<T>): Promise<T> => {
    const back = once(socket, "data");
    socket.write(".");
    await back;
    return work();
  };
  const quotas: Quotas = {
    ...store.quotas,
    reserve: (of) => afar(() => store.quotas.reserve(of)),
    settle: (of) => afar(() => store.quotas.settle(of)),
  };
  return { ...store, quotas };
}

function standStill(ms: number): void {
  const until = performance.now() + ms;
  while (performance.now() < until);
}

describe.each(["leased", "strict"] as const)("a process that stands still, %s mode", (mode) => {
  it("does not count that time as the store's", async () => {
    const desk = openDesk({ store: await storeAfar(), mode, timeoutMs: 150 });
    closers.push(() => desk.close());
    const limits = [{ key: "a", limit: 1_000 }];
    expect(await desk.reserve({ id: "first", amount: 1, limits })).toBe(true);
    for (const id of ["1", "2", "3"]) {
      const asked = desk.reserve({ id, amount: 100, limits });
      await Promise.resolve();
      standStill(200);
      expect(await asked).toBe(true);
    }
    expect(desk.events).toEqual([]);
  });
});

describe.each(["leased", "strict"] as const)(
  "a process that stood still until its hold had lapsed, %s mode",
  (mode) => {
    it("keeps what its call holds from others, while it tells the truth", async () => {
      let stoodMs = 0;
      const store = memoryStore({ now: () => Date.now() + stoodMs });
      const limits = [{ key: "a", limit: 1_000 }];
      const other = openDesk({ store, mode });
      let taken = 0;
      const quotas: Quotas = {
        ...store.quotas,
        async settle(of) {
          const answer = await store.quotas.settle(of);
          // Between this answer and the next message another process takes what it can get.
          if (answer === "lapsed")
            while ((await other.reserve({ id: `other ${taken}`, amount: 50, limits })) === true) taken += 50;
          return answer;
        },
      };
      const desk = openDesk({ store: { ...store, quotas }, mode });
      closers.push(() => other.close());
      expect(await desk.reserve({ id: "1", amount: 600, limits })).toBe(true);
      stoodMs = 1_000_000;
      desk.settle("1", 100, 500);
      await desk.close();
      expect(taken).toBe(400);
      desk.settle("1", 600, 0);
      await settled();
      expect(await store.quotas.read(["router/a"])).toMatchObject([{ used: 600 }]);
    });
  },
);

describe.each(["leased", "strict"] as const)("a call whose spend is beyond all numbers, %s mode", (mode) => {
  it("uses up the limit, and the store still counts", async () => {
    const store = memoryStore();
    const desk = openDesk({ store, mode });
    const limits = [{ key: "a", limit: 1_000 }];
    for (const id of ["1", "2"]) {
      expect(await desk.reserve({ id, amount: 10, limits })).toBe(true);
    }
    for (const id of ["1", "2"]) desk.settle(id, Number.POSITIVE_INFINITY, 0);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(await desk.reserve({ id: "3", amount: 10, limits })).toMatchObject({ why: "limit" });
    expect(desk.events).toEqual([]);
    await desk.close();
    expect((await store.quotas.read(["router/a"]))[0]).toMatchObject({ open: 0 });
  });
});
