import type { FailureClass, ProviderErrorKind } from "../contracts/index.ts";

export const failureClasses: readonly FailureClass[] = ["connection", "timeout", "server"];

const classByKind: ReadonlyMap<string | undefined, FailureClass> = new Map<ProviderErrorKind, FailureClass>([
  ["connection", "connection"],
  ["timeout", "timeout"],
  ["server", "server"],
  ["overloaded", "server"],
  ["incomplete", "server"],
]);

/** Class of a failure that speaks against the endpoint; undefined for what the caller brought about. */
export function failureClassOf(kind: string | undefined): FailureClass | undefined {
  return classByKind.get(kind);
}
