/** Words of the wire itself. As names of fields, and as types, they are not text of the request. */
const words =
  "messages role content type text name tool_calls tool_call_id id function arguments custom input refusal " +
  "function_call image_url url detail file file_data file_id filename prompt_cache_breakpoint mode ttl " +
  "tools functions description parameters strict format grammar definition syntax response_format " +
  "json_schema json_object schema metadata stop user prediction tool_choice allowed_tools object string " +
  "array number integer boolean null properties required additionalProperties items enum const anyOf oneOf " +
  "allOf $ref $defs $schema title default minimum maximum minLength maxLength minItems maxItems pattern " +
  "auto none explicit lark regex input_audio audio data source model max_tokens max_completion_tokens " +
  "temperature top_p seed n logprobs top_logprobs logit_bias frequency_penalty presence_penalty " +
  "reasoning_effort verbosity service_tier store parallel_tool_calls prompt_cache_key safety_identifier " +
  "prompt_cache_options prompt_cache_retention moderation modalities web_search_options low medium high " +
  "system developer assistant tool";
let known: ReadonlySet<string> | undefined;

/** Made for the first request, and not when the package is imported. */
export function vocabulary(): ReadonlySet<string> {
  known ??= new Set(words.split(" "));
  return known;
}

/** True for a word of the wire. The usual names are compared first, since a request asks this of each of its fields. */
export function isOfWire(word: string): boolean {
  switch (word) {
    case "role":
    case "content":
    case "type":
    case "text":
    case "id":
    case "function":
    case "name":
    case "arguments":
    case "tool_calls":
    case "tool_call_id":
      return true;
    default:
      return vocabulary().has(word);
  }
}
