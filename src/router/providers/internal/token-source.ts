import type { SharedCredential } from "./shared-credential.ts";

/** A function for `apiKey` that returns the token of a platform, the same one to all calls until it is renewed. */
export interface TokenSource {
  (): Promise<string>;
  /** See `SharedCredential`. */
  readonly refused: () => boolean;
}

export function tokenSource({ read, refused }: SharedCredential<string>): TokenSource {
  return Object.assign(() => read(), { refused });
}

/** Tells a source of ours that its token was refused. Returns true if the next call has another one. */
export function tellRefused(apiKey: unknown): boolean {
  const { refused } = (typeof apiKey === "function" ? apiKey : {}) as Partial<TokenSource>;
  return typeof refused === "function" && refused() === true;
}
