import { requestParts } from "../../src/router/life/late-parts.ts";

// The first request loads these, from sources in far more time than from the bundle: too long for a deadline of a test.
await Promise.all([requestParts.load(), import("../../src/router/classifiers/complexity.ts")]);
