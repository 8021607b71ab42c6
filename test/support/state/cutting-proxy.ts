import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/** A proxy on loopback that treats what passes through it badly until it is healed. */
export interface CuttingProxy {
  readonly port: number;
  /** Number of connections that it has cut. */
  readonly cuts: number;
  /** Passes everything on from now. */
  heal(): void;
  close(): Promise<void>;
}

/** Number of pieces of data after which a connection is cut. */
const cutEvery = 37;

/**
 * Starts a proxy before a server. Of what a client or the server sends it passes some on late, cuts some connections in the
 * middle of a message, and some before an answer. `random` returns numbers in [0, 1).
 */
export async function startCuttingProxy(target: number, random: () => number): Promise<CuttingProxy> {
  let isHealed = false;
  let cuts = 0;
  let passed = 0;
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(target, "127.0.0.1");
    const cut = (): void => {
      for (const one of [client, upstream]) {
        one.destroy();
        sockets.delete(one);
      }
    };
    for (const one of [client, upstream]) {
      sockets.add(one);
      one.on("error", cut).on("close", cut);
    }
    const pass = (from: Socket, to: Socket, isAnswer: boolean): void => {
      let before: Promise<unknown> = Promise.resolve();
      const passOn = async (data: Buffer): Promise<void> => {
        passed += 1;
        if (!isHealed && passed % cutEvery === 0) {
          cuts += 1;
          if (!to.destroyed && !isAnswer) to.write(data.subarray(0, data.length >> 1));
          cut();
        } else if (!isHealed && random() < 0.05) await sleep(random() * 60);
        if (!to.destroyed) to.write(data);
      };
      from.on("data", (data) => {
        before = before.then(() => passOn(data));
      });
    };
    pass(client, upstream, false);
    pass(upstream, client, true);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    get cuts() {
      return cuts;
    },
    heal() {
      isHealed = true;
    },
    async close() {
      for (const one of sockets) one.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
