import type { Constraint } from "../../src/contracts/index.ts";
import { type OptionTable, readOptions } from "../../src/plugin/index.ts";

export interface ProviderToolsOptions {
  /**
   * Types of tools that a provider may run anyway, as `request.providerTools` has them: `["web_search"]`. The date at the end of a
   * type may be left out: `web_search` is also `web_search_20250305`. Default: none.
   */
  readonly allow?: readonly string[] | undefined;
}

export const providerToolsOptions: OptionTable<ProviderToolsOptions> = {
  allow: { is: "list", of: { is: "text" }, default: [] },
};

/**
 * Forbids tools that a provider runs by itself (search, code, MCP servers): what they fetch and send is seen by no other constraint.
 * A request that offers one goes to no model that would run it. Models that get the request without it stay permitted.
 *
 * Throws `InvalidOptionError`.
 */
export function providerTools(options: ProviderToolsOptions = {}): Constraint {
  const allowed = new Set(readOptions("providerTools", providerToolsOptions, options).allow);
  const isForbidden = (type: string): boolean =>
    !allowed.has(type) && !allowed.has(type.replace(/_20\d{6}$/, ""));

  return {
    name: "providerTools",
    permits({ facts }, { request: { providerTools: asked, protocol } }) {
      const forbidden = asked?.filter(isForbidden);
      if (forbidden === undefined || forbidden.length === 0) return true;
      // Only a model that gets the request as it came gets such a tool.
      if (protocol !== undefined && facts.speaks?.includes(protocol) !== true) return true;
      return `its provider would run ${forbidden.join(", ")}`;
    },
  };
}
