import { setTimeout } from "node:timers/promises";
import { afterAll, expect, vi } from "vitest";
import { loadWeights } from "../../src/router/classifiers/default-classifier.ts";
import { requestParts } from "../../src/router/life/late-parts.ts";
import { changes, processState } from "./process-state.ts";

// Set-up of the test files that share a process: a file that leaves something behind fails, not the next one.

// A router loads them in the background, which would else reach into the next test, and meet its fake timers.
await Promise.all([requestParts.load(), loadWeights()]);

const before = processState();

afterAll(async () => {
  let left = changes(before, processState());
  // A server and a program take a moment to go after they have been told to.
  for (let tries = 0; left.length > 0 && tries < 20; tries += 1) {
    await setTimeout(10);
    left = changes(before, processState());
  }
  expect(left, "left behind for the test files that follow: undo it in afterEach or afterAll").toEqual([]);
});

const refuse = () => {
  throw new Error("this file shares its modules with other test files: see `isolated` in vitest.config.ts");
};
Object.assign(vi, { mock: refuse, doMock: refuse, resetModules: refuse });
