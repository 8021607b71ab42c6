import { describe, test } from "vitest";
import { fleetOptions } from "../../src/fleet/fleet-options.ts";
import { fleet, memoryStore, redisStore, sqliteStore } from "../../src/fleet/index.ts";
import { memoryStoreOptions } from "../../src/fleet/store/memory.ts";
import { redisStoreOptions } from "../../src/fleet/store/redis.ts";
import { sqliteStoreOptions } from "../../src/fleet/store/sqlite.ts";
import { optionConformance } from "../../src/testing/index.ts";
import { withoutSqlite } from "../support/sqlite.ts";

const client = { eval: async () => [], evalsha: async () => [] };

const suites = {
  fleet: optionConformance({
    owner: "fleet",
    table: fleetOptions,
    valid: { store: memoryStore() },
    use: fleet,
  }),
  memoryStore: optionConformance({
    owner: "memoryStore",
    table: memoryStoreOptions,
    valid: {},
    use: memoryStore,
  }),
  redisStore: optionConformance({
    owner: "redisStore",
    table: redisStoreOptions,
    valid: { client },
    use: redisStore,
  }),
  ...(withoutSqlite === undefined && {
    sqliteStore: optionConformance({
      owner: "sqliteStore",
      table: sqliteStoreOptions,
      valid: { file: ":memory:" },
      use: async (options) => (await sqliteStore(options)).close(),
    }),
  }),
};

describe.each(Object.entries(suites))("options of %s", (_, cases) => {
  test.each(cases)("$name", ({ run }) => run());
});
