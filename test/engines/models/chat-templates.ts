/**
 * Chat templates of our own, in the form that Qwen's models and their relatives are asked in (ChatML, tools as JSON). Nothing stands
 * between the mark of a call and its JSON: llama.cpp's grammar begins at the mark, and a mark is one token that a caller can ask for.
 */
const turn = (role: string, content: string) => `'<|im_start|>${role}\\n' + ${content} + '<|im_end|>\\n'`;

const toolsOffered = `
{%- if tools %}
  {{- '<|im_start|>system\\n' }}
  {%- if messages[0].role == 'system' %}{{- messages[0].content + '\\n\\n' }}{%- endif %}
  {{- 'Functions that you may call:\\n<tools>' }}
  {%- for tool in tools %}{{- '\\n' }}{{- tool | tojson }}{%- endfor %}
  {{- '\\n</tools>\\nA call is written so:\\n<tool_call>{"name": NAME, "arguments": ARGUMENTS}</tool_call><|im_end|>\\n' }}
{%- elif messages[0].role == 'system' %}
  {{- ${turn("system", "messages[0].content")} }}
{%- endif %}`;

const assistantTurn = `
    {{- '<|im_start|>assistant\\n' }}
    {%- if message.reasoning_content and thinks %}{{- '<think>\\n' + message.reasoning_content + '\\n</think>\\n\\n' }}{%- endif %}
    {%- if message.content %}{{- message.content }}{%- endif %}
    {%- for call in message.tool_calls or [] %}
      {%- if call.function %}{%- set call = call.function %}{%- endif %}
      {{- '<tool_call>{"name": "' + call.name + '", "arguments": ' }}
      {%- if call.arguments is string %}{{- call.arguments }}{%- else %}{{- call.arguments | tojson }}{%- endif %}
      {{- '}</tool_call>' }}
    {%- endfor %}
    {{- '<|im_end|>\\n' }}`;

const messages = `
{%- for message in messages %}
  {%- if message.role == 'user' or (message.role == 'system' and not loop.first) %}
    {{- '<|im_start|>' + message.role + '\\n' + message.content + '<|im_end|>\\n' }}
  {%- elif message.role == 'assistant' %}${assistantTurn}
  {%- elif message.role == 'tool' %}
    {{- '<|im_start|>user\\n<tool_response>\\n' + message.content + '\\n</tool_response><|im_end|>\\n' }}
  {%- endif %}
{%- endfor %}`;

const prompt = (begin: string) => `
{%- if add_generation_prompt %}
  {{- '<|im_start|>assistant\\n' }}${begin}
{%- endif %}`;

/** A template with tools. */
export const chatTemplate: string = `${toolsOffered}${messages}${prompt("")}`.trim();

/** A template that opens a thought, unless it is told not to think. */
export const thinkingTemplate: string = `{%- set thinks = true %}${toolsOffered}${messages}${prompt(`
  {%- if enable_thinking is defined and enable_thinking is false %}
    {{- '<think>\\n\\n</think>\\n\\n' }}
  {%- else %}
    {{- '<think>\\n' }}
  {%- endif %}`)}`.trim();
