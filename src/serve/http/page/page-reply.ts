import type { Reply } from "../reply.ts";

/** The page, which holds no data. It is loaded when it is asked for the first time. */
export async function pageReply(): Promise<Reply> {
  const { page, scriptHash, styleHash } = await import("../../page/page.generated.ts");
  const policy = [
    "default-src 'none'",
    `script-src '${scriptHash}'`,
    `style-src '${styleHash}'`,
    "connect-src 'self'",
    "img-src data:",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ];
  return {
    status: 200,
    headers: {
      "content-type": "text/html; charset=utf-8",
      "content-security-policy": policy.join("; "),
      ...closed,
      "x-frame-options": "DENY",
    },
    body: page,
  };
}

/** Headers of all answers: stored nowhere, and not for other sites. */
export const closed = {
  "cache-control": "no-store",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
} as const;
