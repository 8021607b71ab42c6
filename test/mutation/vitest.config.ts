import { defineConfig } from "vitest/config";

/** The tests of the code that stryker.config.json mutates. Stryker sets `dir`. */
export default defineConfig({ test: { include: ["test/router/call/**/*.test.ts"], isolate: false } });
