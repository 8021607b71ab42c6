import { readOption } from "../../src/plugin/index.ts";

/** Throws `InvalidOptionError` unless the value is a policy. */
export function checkPolicy(option: string, policy: unknown): void {
  readOption({ is: "object", methods: ["select"], named: ["name"] }, option, policy);
}
