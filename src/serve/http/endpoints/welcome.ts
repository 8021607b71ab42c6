import type { HttpCall } from "../call.ts";
import { closed } from "../page/page-reply.ts";
import type { Endpoint } from "./endpoint.ts";

/**
 * `GET /` of a server: what it is, and how clients are pointed at it. For anyone, since it tells no more than that. A handler within an
 * application has none: the place is the application's.
 */
export function welcome(isTls: boolean): Endpoint {
  return {
    method: "GET",
    path: "/",
    open: true,
    isOfServer: true,
    async serve(call, { options }) {
      const { welcomePage, welcomeStyle } = await import("../../page/welcome-page.ts");
      const { authorise, dashboard } = options;
      return {
        status: 200,
        headers: {
          "content-type": "text/html; charset=utf-8",
          "content-security-policy": [
            "default-src 'none'",
            `style-src 'sha256-${await hashOf(welcomeStyle)}'`,
            "img-src data:",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
            "require-trusted-types-for 'script'",
          ].join("; "),
          ...closed,
          "x-frame-options": "DENY",
        },
        body: welcomePage({
          address: addressOf(call, isTls),
          needsKey: authorise !== undefined,
          hasDashboard: dashboard !== undefined,
        }),
      };
    },
  };
}

const plainHost = /^(?:[a-z0-9.-]{1,253}|\[[0-9a-f:.]{2,45}\])(?::\d{1,5})?$/i;

/** Returns the address by which the call came, as far as its headers say it. They are a stranger's: the page shows it as text alone. */
function addressOf({ headers }: HttpCall, isTls: boolean): string {
  const host = headers.get("host");
  const isSecure = isTls || headers.get("x-forwarded-proto") === "https";
  return `${isSecure ? "https" : "http"}://${host !== null && plainHost.test(host) ? host : "localhost"}`;
}

async function hashOf(text: string): Promise<string> {
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return btoa(String.fromCharCode(...new Uint8Array(hash)));
}
