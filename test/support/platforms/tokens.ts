import { createHmac, randomBytes } from "node:crypto";

/** Issues tokens, and verifies them as a platform would: signature, end and audience. */
export interface TokenIssuer {
  /** Time of the issuer and of the platform. Default: that of the machine. */
  now: () => number;
  lifetimeMs: number;
  issue(audience: string): { readonly token: string; readonly expiresAt: number };
  /** Returns why a token is refused; undefined for a good one. */
  verify(token: string | undefined, audience: string): string | undefined;
  readonly issued: readonly string[];
}

export function tokenIssuer(): TokenIssuer {
  const key = randomBytes(32);
  const issued: string[] = [];
  const signed = (text: string) => `${text}.${createHmac("sha256", key).update(text).digest("base64url")}`;
  const encoded = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");

  const issuer: TokenIssuer = {
    now: Date.now,
    lifetimeMs: 3_600_000,
    issued,
    issue(audience) {
      const expiresAt = issuer.now() + issuer.lifetimeMs;
      const claims = { aud: audience, exp: expiresAt, jti: randomBytes(8).toString("hex") };
      const token = signed(`${encoded({ alg: "HS256", typ: "JWT" })}.${encoded(claims)}`);
      issued.push(token);
      return { token, expiresAt };
    },
    verify(token, audience) {
      if (token === undefined) return "no token";
      const text = token.slice(0, token.lastIndexOf("."));
      if (signed(text) !== token) return "the signature of the token is wrong";
      const { aud, exp } = JSON.parse(Buffer.from(text.split(".")[1] ?? "", "base64url").toString());
      if (exp <= issuer.now()) return "the token has expired";
      return aud === audience ? undefined : `the audience of the token is ${aud}`;
    },
  };
  return issuer;
}

/** Returns the token of a header `authorization: Bearer …`. */
export function bearerOf(headers: Readonly<Record<string, unknown>>): string | undefined {
  return /^Bearer (\S+)$/.exec(String(headers["authorization"] ?? ""))?.[1];
}
