import type { OpenShared, SharingRouter } from "../contracts/ports/index.ts";
import { type LoadedOnUse, loadedOnUse } from "../plugin/loaded-on-use.ts";
import type { Shared } from "./fleet-options.ts";

type Parts = typeof import("./shared-parts.ts");

const sharedParts: LoadedOnUse<Parts> = loadedOnUse(() => import("./shared-parts.ts"));

/** Opens the shared state of a router: its parts are loaded at once, so that the first request finds a connection. */
export function openShared(shared: Shared, router: SharingRouter): OpenShared {
  const make = ({ createQuotaDesk, createSharedSessions, createHints }: Parts) => ({
    desk: createQuotaDesk({ shared, ...router }),
    sessions: createSharedSessions({ shared, ...router }),
    hints: createHints({ shared, ...router }),
  });
  let made: ReturnType<typeof make> | undefined;
  const load = (): Promise<unknown> | undefined => {
    if (made !== undefined) return undefined;
    const loading = sharedParts.load();
    if (loading !== undefined)
      return loading.then((parts) => {
        made ??= make(parts);
      });
    made = make(sharedParts.get());
    return undefined;
  };
  const get = () => {
    if (made === undefined) throw new TypeError("shared state is used before it is loaded");
    return made;
  };
  load()?.catch(ignore);
  return {
    load,
    desk: {
      store: shared.store.name.slice(0, 100),
      // A request that begins, or fails, before all is there finds a desk that has not asked its store yet.
      now: (wall) => made?.desk.now(wall) ?? wall,
      left: (limit) => made?.desk.left(limit) ?? Number.POSITIVE_INFINITY,
      learn: (limits, mostMs) => get().desk.learn(limits, mostMs),
      used: async (limit) => made?.desk.used(limit),
      reserve: (of) => get().desk.reserve(of),
      settle: (id, spent, keep) => made?.desk.settle(id, spent, keep),
      async tellSpent() {
        await made?.desk.tellSpent();
      },
    },
    read: (request, mostMs) => get().sessions.read(request, mostMs),
    write: (tenant, session) => get().sessions.write(tenant, session),
    lift: (lift) => get().hints.lift(lift),
    async close() {
      await load()?.catch(ignore);
      made?.hints.close();
      await Promise.all([made?.desk.close(), made?.sessions.close()]);
    },
  };
}

function ignore(): void {}
