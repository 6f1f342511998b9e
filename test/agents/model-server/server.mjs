#!/usr/bin/env node
// Scripted model server: plays a fixed script to a real coding-agent CLI over loopback.
// Node >= 20, no dependencies. Speaks: Anthropic Messages, OpenAI Responses,
// OpenAI Chat Completions, Gemini generateContent - streamed and not.
//
//   node server.mjs [--port 0] [--scripts DIR] [--log FILE.jsonl] [--bodies] [--ready-file FILE]
//
// stdout: one line {"ready":true,"port":N,"url":"http://127.0.0.1:N"} when it listens.
// It binds 127.0.0.1 only. See README.md for the script format.
import http from 'node:http';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const here = path.dirname(fileURLToPath(import.meta.url));
const opt = { port: 0, scripts: path.join(here, 'scripts'), log: '', bodies: false, readyFile: '' };
for (let i = 2; i < process.argv.length; i++) {
  const a = process.argv[i];
  if (a === '--port') opt.port = Number(process.argv[++i]);
  else if (a === '--scripts') opt.scripts = process.argv[++i];
  else if (a === '--log') opt.log = process.argv[++i];
  else if (a === '--bodies') opt.bodies = true;
  else if (a === '--ready-file') opt.readyFile = process.argv[++i];
  else {
    console.error(`unknown option ${a}`);
    process.exit(2);
  }
}

// ---------------------------------------------------------------- scripts
const scripts = new Map();
const readScripts = () => {
  scripts.clear();
  for (const f of fs.readdirSync(opt.scripts)) {
    if (!f.endsWith('.json')) continue;
    const s = JSON.parse(fs.readFileSync(path.join(opt.scripts, f), 'utf8'));
    s.name ??= f.replace(/\.json$/, '');
    scripts.set(s.name, s);
  }
};
readScripts();

// ---------------------------------------------------------------- state
let seq = 0;
const faults = []; // queued by POST /__fault; consumed in order by the next model requests
const errorHits = new Map(); // conversation+step -> times an {"error"} step was played
const requests = []; // summaries, newest last (GET /__log)
const open = new Set(); // model responses in flight
const note = (o) => {
  requests.push(o);
  if (requests.length > 5000) requests.shift();
  if (opt.log) fs.appendFileSync(opt.log, JSON.stringify(o) + '\n');
};

// ---------------------------------------------------------------- reading a request, per dialect
// Each reader returns { dialect, model, system, msgs:[{role, text, calls, results}], tools:[{name, schema, freeform}], stream, schema }
const txt = (c) =>
  typeof c === 'string'
    ? c
    : Array.isArray(c)
      ? c.map((p) => (typeof p === 'string' ? p : (p?.text ?? p?.input_text ?? ''))).join('\n')
      : (c?.text ?? '');

function readAnthropic(b) {
  const msgs = (b.messages ?? []).map((m) => {
    const parts = Array.isArray(m.content) ? m.content : [{ type: 'text', text: m.content ?? '' }];
    return {
      role: m.role,
      text: parts
        .filter((p) => p.type === 'text')
        .map((p) => p.text)
        .join('\n'),
      calls: parts.filter((p) => p.type === 'tool_use').map((p) => p.name),
      results: parts.filter((p) => p.type === 'tool_result').map((p) => txt(p.content) || JSON.stringify(p.content)),
    };
  });
  return {
    dialect: 'anthropic',
    model: b.model,
    system: txt(b.system),
    msgs,
    stream: !!b.stream,
    tools: (b.tools ?? [])
      .filter((t) => t.name && t.input_schema)
      .map((t) => ({ name: t.name, schema: t.input_schema })),
    schema: b.output_config?.format?.schema ?? b.output_format?.schema,
  };
}
function readResponses(b) {
  const msgs = [];
  const input = typeof b.input === 'string' ? [{ type: 'message', role: 'user', content: b.input }] : (b.input ?? []);
  for (const it of input) {
    if (it.type === 'message' || (!it.type && it.role)) {
      msgs.push({
        role: it.role === 'assistant' ? 'assistant' : it.role === 'user' ? 'user' : 'system',
        text: txt(it.content),
        calls: [],
        results: [],
      });
    } else if (it.type.endsWith('_call'))
      msgs.push({ role: 'assistant', text: '', calls: [it.name ?? it.type], results: [] });
    else if (/_call_output$|^tool_search_output$/.test(it.type))
      msgs.push({
        role: 'tool',
        text: '',
        calls: [],
        results: [typeof it.output === 'string' ? it.output : JSON.stringify(it.output ?? it.tools)],
      });
  }
  const tools = [];
  const addTool = (t, ns = '') => {
    if (t.type === 'namespace') {
      for (const u of t.tools ?? []) addTool(u, t.name);
      return;
    }
    if (t.type === 'function') tools.push({ name: t.name, ns, schema: t.parameters ?? t.function?.parameters });
    else if (t.type === 'custom') tools.push({ name: t.name, ns, freeform: true });
    else if (t.type === 'local_shell') tools.push({ name: 'local_shell', localShell: true });
    else if (t.type === 'tool_search') tools.push({ name: 'tool_search', schema: t.parameters, toolSearch: true });
    else tools.push({ name: t.name ?? t.type, builtin: true });
  };
  for (const t of b.tools ?? []) addTool(t);
  // codex's "responses lite" models carry their tools inside an input item
  for (const it of input)
    if (it.type === 'additional_tools' || it.type === 'tool_search_output') for (const t of it.tools ?? []) addTool(t);
  return {
    dialect: 'responses',
    model: b.model,
    system: txt(b.instructions),
    msgs,
    stream: !!b.stream,
    tools,
    schema: b.text?.format?.type === 'json_schema' ? b.text.format.schema : undefined,
  };
}
function readChat(b) {
  const msgs = [];
  let system = '';
  for (const m of b.messages ?? []) {
    if (m.role === 'system' || m.role === 'developer') {
      system += txt(m.content) + '\n';
      continue;
    }
    msgs.push({
      role: m.role,
      text: m.role === 'tool' ? '' : txt(m.content),
      calls: (m.tool_calls ?? []).map((c) => c.function?.name),
      results: m.role === 'tool' ? [txt(m.content)] : [],
    });
  }
  return {
    dialect: 'chat',
    model: b.model,
    system,
    msgs,
    stream: !!b.stream,
    tools: (b.tools ?? []).map((t) => ({ name: t.function?.name ?? t.name, schema: t.function?.parameters })),
    schema: b.response_format?.type === 'json_schema' ? b.response_format.json_schema?.schema : undefined,
    includeUsage: b.stream_options?.include_usage,
  };
}
function readGemini(b, model, stream) {
  const msgs = (b.contents ?? []).map((c) => {
    const parts = c.parts ?? [];
    const results = parts.filter((p) => p.functionResponse).map((p) => JSON.stringify(p.functionResponse.response));
    return {
      role: c.role === 'model' ? 'assistant' : results.length ? 'tool' : 'user',
      text: parts
        .filter((p) => typeof p.text === 'string')
        .map((p) => p.text)
        .join('\n'),
      calls: parts.filter((p) => p.functionCall).map((p) => p.functionCall.name),
      results,
    };
  });
  const tools = [];
  for (const t of b.tools ?? [])
    for (const f of t.functionDeclarations ?? [])
      tools.push({ name: f.name, schema: f.parametersJsonSchema ?? f.parameters });
  const gc = b.generationConfig ?? {};
  return {
    dialect: 'gemini',
    model,
    system: txt(b.systemInstruction?.parts ?? []),
    msgs,
    stream,
    tools,
    schema: gc.responseJsonSchema ?? gc.responseSchema,
  };
}

// ---------------------------------------------------------------- choosing script and step
// Marker SCRIPT:name in a user message wins (the last message that has one);
// else a script whose "match" regex fits system + user text; else "default".
// Step = number of assistant messages that called tools after that user message.
const SEARCH = /^tool_?search(_call)?$/i; // a hop that only loads a deferred tool
function locate(r) {
  let at = -1,
    name = '';
  r.msgs.forEach((m, i) => {
    if (m.role !== 'user') return;
    const k = [...m.text.matchAll(/SCRIPT:([A-Za-z0-9_.-]+)/g)]
      .map((x) => x[1])
      .filter((n) => scripts.has(n))
      .at(-1);
    if (k) {
      at = i;
      name = k;
    }
  });
  if (!name) {
    const all =
      r.system +
      '\n' +
      r.msgs
        .filter((m) => m.role === 'user')
        .map((m) => m.text)
        .join('\n');
    for (const s of scripts.values())
      if (s.match && new RegExp(s.match, 'i').test(all)) {
        name = s.name;
        break;
      }
    if (!name && scripts.has('default')) name = 'default';
    at = r.msgs.findIndex((m) => m.role === 'user');
  }
  const after = r.msgs.slice(at + 1);
  const step = after.filter((m) => m.role === 'assistant' && m.calls.some((n) => !SEARCH.test(n))).length;
  return { script: scripts.get(name), name, at, step, after };
}

function variables(r, loc) {
  const user = r.msgs
    .filter((m) => m.role === 'user')
    .map((m) => m.text)
    .join('\n');
  const all =
    r.system +
    '\n' +
    r.msgs
      .filter((m) => m.role !== 'tool')
      .map((m) => m.text)
      .join('\n');
  const v = { dialect: r.dialect, model: r.model ?? '', last: loc.after.flatMap((m) => m.results).at(-1) ?? '' };
  for (const m of user.matchAll(/VAR:([A-Za-z0-9_]+)=([^\s"`]+)/g)) v[m[1]] = m[2];
  v.cwd ??=
    (all.match(
      /(?:Primary working directory|Current working directory|[Ww]orking directory|<cwd>|cwd)\s*[:=>]?\s*`?(\/[^\s`<"',)]+)/,
    ) ?? [])[1]?.replace(/\.$/, '') ?? '';
  for (const [k, re] of Object.entries(loc.script?.vars ?? {})) v[k] ??= (all.match(new RegExp(re)) ?? [])[1] ?? '';
  return v;
}
const fill = (x, v) =>
  typeof x === 'string'
    ? x.replace(/\{\{(\w+)\}\}/g, (_, k) => v[k] ?? '')
    : Array.isArray(x)
      ? x.map((y) => fill(y, v))
      : x && typeof x === 'object'
        ? Object.fromEntries(Object.entries(x).map(([k, y]) => [k, fill(y, v)]))
        : x;

// ---------------------------------------------------------------- mapping a step onto the tools the CLI offers
const SHELL = [
  'Bash',
  'bash',
  'exec_command',
  'shell_command',
  'shell',
  'run_shell_command',
  'local_shell',
  'run_commands',
  'execute_command',
  'developer__shell',
  'exec',
  'Execute',
  'launch-process',
];
const WRITE = [
  'Write',
  'write',
  'write_file',
  'create',
  'create_file',
  'write_to_file',
  'Create',
  'editor',
  'apply_patch',
  'save-file',
];
const find = (tools, names) => names.map((n) => tools.find((t) => t.name === n)).find(Boolean);
const firstProp = (schema, re) => Object.keys(schema?.properties ?? {}).find((k) => re.test(k));

function shellCall(tools, cmd, cwd) {
  const t = find(tools, SHELL);
  if (!t) return null;
  if (t.localShell) return { localShell: true, name: t.name, args: { command: ['bash', '-lc', cmd] } };
  if (t.freeform)
    return {
      name: t.name,
      ns: t.ns,
      freeform: true,
      input: `const r = await tools.exec_command({cmd: ${JSON.stringify(cmd)}, workdir: ${JSON.stringify(cwd || '.')}}); text(r.output);`,
    };
  const args = {};
  const key = firstProp(t.schema, /^(command|cmd|script|commands)$/) ?? 'command';
  const p = t.schema?.properties?.[key];
  const isArray = p?.type === 'array' || p?.anyOf?.some((x) => x.type === 'array');
  args[key] = isArray ? (key === 'commands' ? [cmd] : ['bash', '-lc', cmd]) : cmd;
  for (const k of t.schema?.required ?? []) {
    if (k in args) continue;
    const q = t.schema.properties?.[k] ?? {};
    args[k] =
      q.type === 'boolean'
        ? false
        : /integer|number/.test(q.type)
          ? 60
          : q.enum
            ? q.enum[0]
            : /workdir|directory|cwd|dir_path/.test(k)
              ? cwd
              : 'scripted step';
  }
  return { name: t.name, ns: t.ns, args };
}
function writeCall(tools, file, content, cwd) {
  const t = find(tools, WRITE);
  if (!t) return null;
  const abs = path.isAbsolute(file) ? file : cwd ? path.join(cwd, file) : file;
  if (t.name === 'apply_patch') {
    const patch = `*** Begin Patch\n*** Add File: ${file}\n${content
      .replace(/\n$/, '')
      .split('\n')
      .map((l) => '+' + l)
      .join('\n')}\n*** End Patch`;
    return t.freeform
      ? { name: t.name, freeform: true, input: patch }
      : { name: t.name, args: { [firstProp(t.schema, /patch|input/i) ?? 'input']: patch } };
  }
  const args = {};
  args[firstProp(t.schema, /^(file_?path|path|absolute_path|filename|file)$/i) ?? 'file_path'] = abs;
  args[firstProp(t.schema, /^(content|file_text|contents|text|new_text|file_content)$/i) ?? 'content'] = content;
  for (const k of t.schema?.required ?? []) {
    if (k in args) continue;
    const q = t.schema.properties?.[k] ?? {};
    args[k] =
      q.type === 'boolean'
        ? false
        : /integer|number/.test(q.type)
          ? 0
          : q.enum
            ? q.enum[0]
            : k === 'command'
              ? 'create'
              : 'scripted step';
  }
  return { name: t.name, ns: t.ns, args };
}

// step -> { text, calls:[{id,name,args|input,...}], usage, delayMs, chunkMs, ... }
function plan(r, loc) {
  const v = variables(r, loc);
  const steps = loc.script?.steps ?? [{ text: 'ok' }];
  let at = Math.min(loc.step, steps.length - 1);
  const searched = loc.after.filter((m) => m.role === 'assistant' && m.calls.some((n) => SEARCH.test(n))).length;
  const offered = (c) =>
    r.tools.some(
      (t) =>
        t.name === c.tool ||
        new RegExp(c.tool).test(t.name) ||
        new RegExp(c.tool).test(`${t.ns}__${t.name}`) ||
        (SEARCH.test(t.name) && searched < 2) ||
        (t.name === 'exec' && t.freeform),
    );
  const idle = (x) =>
    x.call && !x.shell && !x.write && x.json === undefined && [].concat(x.call).every((c) => c.optional && !offered(c));
  while (at < steps.length - 1 && idle(steps[at])) at++; // an optional call the CLI does not offer: go on
  const s = fill(steps[at], v);
  const out = {
    text: s.say ?? s.text ?? '',
    calls: [],
    usage: { input: 1000, output: 50, cached: 0, ...loc.script?.usage, ...s.usage },
    raw: s,
    vars: v,
    problems: [],
  };
  const need = (c, what) => {
    if (c) out.calls.push(c);
    else out.problems.push(`no tool for ${what}; offered: ${r.tools.map((t) => t.name).join(',')}`);
  };
  if (s.shell) need(shellCall(r.tools, s.shell, v.cwd), 'shell');
  for (const w of s.write ? [].concat(s.write) : []) {
    const t = writeCall(r.tools, w.path, w.content, v.cwd);
    if (t) out.calls.push(t);
    else
      need(
        shellCall(
          r.tools,
          `mkdir -p "$(dirname '${w.path}')" && cat > '${w.path}' <<'EOS_KB'\n${w.content.replace(/\n?$/, '\n')}EOS_KB`,
          v.cwd,
        ),
        'write',
      );
  }
  for (const c of s.call ? [].concat(s.call) : []) {
    const t =
      r.tools.find((t) => t.name === c.tool) ??
      r.tools.find((t) => new RegExp(c.tool).test(t.name) || new RegExp(c.tool).test(`${t.ns}__${t.name}`));
    const search = r.tools.find((t) => SEARCH.test(t.name));
    const code = r.tools.find((t) => t.name === 'exec' && t.freeform);
    const tried = loc.after.filter((m) => m.role === 'assistant' && m.calls.some((n) => SEARCH.test(n))).length;
    if (t) out.calls.push({ name: t.name, ns: t.ns, freeform: t.freeform, input: c.input, args: c.args ?? {} });
    else if (code)
      out.calls.push({
        name: code.name,
        ns: code.ns,
        freeform: true,
        input: `const t = ALL_TOOLS.find((t) => new RegExp(${JSON.stringify(c.tool)}).test(t.name)); const r = t ? await tools[t.name](${JSON.stringify(c.args ?? {})})   : ALL_TOOLS.map((t) => t.name); text(JSON.stringify({ tool: t?.name, r }));`,
      });
    else if (tried && find(r.tools, ['tool_call'])) {
      // qwen 0.24: deferred tools are called through tool_call
      const w = find(r.tools, ['tool_call']),
        nm =
          (loc.after
            .flatMap((m) => m.results)
            .join(' ')
            .match(/"name":"([\w-]*report)"/) ?? [])[1] ?? c.tool;
      out.calls.push({
        name: w.name,
        args: {
          [firstProp(w.schema, /name|tool/) ?? 'name']: nm,
          [firstProp(w.schema, /arg|param|input/) ?? 'arguments']: c.args ?? {},
        },
      });
    } else if (search && tried < 2) {
      // ask the CLI for the deferred tool, then play this step again
      const word =
        c.search ??
        c.tool
          .replace(/[^A-Za-z]+/g, ' ')
          .trim()
          .split(' ')
          .at(-1);
      const q = search.name === 'ToolSearch' ? `+${word}` : word;
      out.calls.push(
        search.toolSearch
          ? { name: 'tool_search', toolSearch: true, args: { query: q, limit: 8 } }
          : {
              name: search.name,
              args: { query: q, ...(search.schema?.properties?.max_results ? { max_results: 5 } : {}) },
            },
      );
    } else if (c.optional) {
      /* the CLI does not offer it: skip */
    } else out.problems.push(`no tool like ${c.tool}; offered: ${r.tools.map((t) => t.name).join(',')}`);
  }
  if (s.json !== undefined) {
    const t = r.tools.find((t) => /^(StructuredOutput|structured_output)$/.test(t.name));
    if (t) out.calls.push({ name: t.name, args: s.json });
    else out.text = JSON.stringify(s.json);
  }
  if (out.problems.length && !out.calls.length && !out.text) out.text = `SCRIPT PROBLEM: ${out.problems.join('; ')}`;
  out.calls.forEach((c, i) => {
    c.id = `call_${Date.now().toString(36)}${seq}_${i}`;
  });
  return out;
}

// A request with no tools is housekeeping by the CLI (title, summary, classifier): answer briefly.
function aside(r) {
  if (r.schema) {
    const sample = (s, d = 0) => {
      if (!s || d > 4) return 'ok';
      if (s.enum) return s.enum[0];
      const t = String(Array.isArray(s.type) ? s.type[0] : (s.type ?? '')).toLowerCase();
      if (t === 'object' || s.properties)
        return Object.fromEntries(Object.entries(s.properties ?? {}).map(([k, x]) => [k, sample(x, d + 1)]));
      if (t === 'array') return [];
      if (t === 'boolean') return false;
      if (t === 'integer' || t === 'number') return 0;
      return 'ok';
    };
    return JSON.stringify(sample(r.schema));
  }
  return 'Scripted side answer';
}

// ---------------------------------------------------------------- writing an answer, per dialect
const sleep = (ms) => new Promise((ok) => setTimeout(ok, ms));
const chunks = (s, n = 24) => {
  const o = [];
  for (let i = 0; i < s.length; i += n) o.push(s.slice(i, i + n));
  return o;
};
function sse(res) {
  res.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-cache',
    connection: 'keep-alive',
    'request-id': `req_${seq}`,
  });
  return {
    ev: (type, data) => res.write(`event: ${type}\ndata: ${JSON.stringify(data)}\n\n`),
    data: (data) => res.write(`data: ${typeof data === 'string' ? data : JSON.stringify(data)}\n\n`),
  };
}

async function answerAnthropic(res, r, p, hooks) {
  const id = `msg_${seq}`;
  const usage = {
    input_tokens: p.usage.input,
    cache_creation_input_tokens: 0,
    cache_read_input_tokens: p.usage.cached,
    output_tokens: p.usage.output,
  };
  const content = [];
  if (p.text) content.push({ type: 'text', text: p.text });
  for (const c of p.calls)
    content.push({ type: 'tool_use', id: c.id.replace('call_', 'toolu_'), name: c.name, input: c.args });
  const stop = p.calls.length ? 'tool_use' : 'end_turn';
  if (!r.stream) {
    res.writeHead(200, { 'content-type': 'application/json' });
    return res.end(
      JSON.stringify({
        id,
        type: 'message',
        role: 'assistant',
        model: r.model,
        content,
        stop_reason: stop,
        stop_sequence: null,
        usage,
      }),
    );
  }
  const s = sse(res);
  s.ev('message_start', {
    type: 'message_start',
    message: {
      id,
      type: 'message',
      role: 'assistant',
      model: r.model,
      content: [],
      stop_reason: null,
      stop_sequence: null,
      usage: { ...usage, output_tokens: 1 },
    },
  });
  await hooks.mid(res);
  for (const [i, c] of content.entries()) {
    if (c.type === 'text') {
      s.ev('content_block_start', { type: 'content_block_start', index: i, content_block: { type: 'text', text: '' } });
      for (const t of chunks(c.text)) {
        s.ev('content_block_delta', { type: 'content_block_delta', index: i, delta: { type: 'text_delta', text: t } });
        await hooks.chunk();
      }
    } else {
      s.ev('content_block_start', { type: 'content_block_start', index: i, content_block: { ...c, input: {} } });
      for (const t of chunks(JSON.stringify(c.input), 200))
        s.ev('content_block_delta', {
          type: 'content_block_delta',
          index: i,
          delta: { type: 'input_json_delta', partial_json: t },
        });
    }
    s.ev('content_block_stop', { type: 'content_block_stop', index: i });
  }
  s.ev('message_delta', { type: 'message_delta', delta: { stop_reason: stop, stop_sequence: null }, usage });
  s.ev('message_stop', { type: 'message_stop' });
  res.end();
}

async function answerResponses(res, r, p, hooks) {
  const id = `resp_${seq}`;
  const items = [];
  if (p.text)
    items.push({
      type: 'message',
      id: `msg_${seq}`,
      role: 'assistant',
      status: 'completed',
      content: [{ type: 'output_text', text: p.text, annotations: [] }],
    });
  for (const c of p.calls) {
    const ns = c.ns ? { namespace: c.ns } : {};
    if (c.localShell)
      items.push({
        type: 'local_shell_call',
        id: `ls_${c.id}`,
        call_id: c.id,
        status: 'completed',
        action: { type: 'exec', command: c.args.command, env: {} },
      });
    else if (c.toolSearch)
      items.push({
        type: 'tool_search_call',
        id: `ts_${c.id}`,
        call_id: c.id,
        execution: 'client',
        status: 'completed',
        arguments: c.args,
      });
    else if (c.freeform)
      items.push({
        type: 'custom_tool_call',
        id: `ct_${c.id}`,
        call_id: c.id,
        name: c.name,
        ...ns,
        input: c.input ?? '',
        status: 'completed',
      });
    else
      items.push({
        type: 'function_call',
        id: `fc_${c.id}`,
        call_id: c.id,
        name: c.name,
        ...ns,
        arguments: JSON.stringify(c.args),
        status: 'completed',
      });
  }
  const usage = {
    input_tokens: p.usage.input,
    input_tokens_details: { cached_tokens: p.usage.cached },
    output_tokens: p.usage.output,
    output_tokens_details: { reasoning_tokens: 0 },
    total_tokens: p.usage.input + p.usage.output,
  };
  const base = {
    id,
    object: 'response',
    created_at: Math.floor(Date.now() / 1000),
    model: r.model,
    parallel_tool_calls: false,
    tools: [],
    error: null,
  };
  if (!r.stream) {
    res.writeHead(200, { 'content-type': 'application/json' });
    return res.end(JSON.stringify({ ...base, status: 'completed', output: items, usage }));
  }
  const s = sse(res);
  let n = 0;
  const ev = (type, o) => s.ev(type, { type, sequence_number: n++, ...o });
  ev('response.created', { response: { ...base, status: 'in_progress', output: [] } });
  await hooks.mid(res);
  for (const [i, it] of items.entries()) {
    if (it.type === 'message') {
      const body = it.content[0].text;
      ev('response.output_item.added', { output_index: i, item: { ...it, status: 'in_progress', content: [] } });
      ev('response.content_part.added', {
        item_id: it.id,
        output_index: i,
        content_index: 0,
        part: { type: 'output_text', text: '', annotations: [] },
      });
      for (const t of chunks(body)) {
        ev('response.output_text.delta', { item_id: it.id, output_index: i, content_index: 0, delta: t });
        await hooks.chunk();
      }
      ev('response.output_text.done', { item_id: it.id, output_index: i, content_index: 0, text: body });
      ev('response.content_part.done', { item_id: it.id, output_index: i, content_index: 0, part: it.content[0] });
    } else {
      ev('response.output_item.added', {
        output_index: i,
        item: { ...it, status: 'in_progress', ...(it.arguments !== undefined ? { arguments: '' } : {}) },
      });
      if (it.arguments !== undefined) {
        ev('response.function_call_arguments.delta', { item_id: it.id, output_index: i, delta: it.arguments });
        ev('response.function_call_arguments.done', { item_id: it.id, output_index: i, arguments: it.arguments });
      }
    }
    ev('response.output_item.done', { output_index: i, item: it });
  }
  ev('response.completed', { response: { ...base, status: 'completed', output: items, usage } });
  res.end();
}

async function answerChat(res, r, p, hooks) {
  const base = { id: `chatcmpl-${seq}`, created: Math.floor(Date.now() / 1000), model: r.model };
  const calls = p.calls.map((c, i) => ({
    index: i,
    id: c.id,
    type: 'function',
    function: { name: c.name, arguments: JSON.stringify(c.args) },
  }));
  const usage = {
    prompt_tokens: p.usage.input,
    completion_tokens: p.usage.output,
    total_tokens: p.usage.input + p.usage.output,
    prompt_tokens_details: { cached_tokens: p.usage.cached },
  };
  const fin = calls.length ? 'tool_calls' : 'stop';
  if (!r.stream) {
    res.writeHead(200, { 'content-type': 'application/json' });
    return res.end(
      JSON.stringify({
        ...base,
        object: 'chat.completion',
        choices: [
          {
            index: 0,
            finish_reason: fin,
            message: {
              role: 'assistant',
              content: p.text || null,
              ...(calls.length ? { tool_calls: calls.map(({ index: _index, ...c }) => c) } : {}),
            },
          },
        ],
        usage,
      }),
    );
  }
  const s = sse(res);
  const d = (delta, finish_reason = null, extra = {}) =>
    s.data({ ...base, object: 'chat.completion.chunk', choices: [{ index: 0, delta, finish_reason }], ...extra });
  d({ role: 'assistant', content: '' });
  await hooks.mid(res);
  for (const t of chunks(p.text)) {
    d({ content: t });
    await hooks.chunk();
  }
  for (const c of calls) {
    d({ tool_calls: [{ ...c, function: { name: c.function.name, arguments: '' } }] });
    d({ tool_calls: [{ index: c.index, function: { arguments: c.function.arguments } }] });
  }
  d({}, fin);
  s.data({ ...base, object: 'chat.completion.chunk', choices: [], usage });
  s.data('[DONE]');
  res.end();
}

async function answerGemini(res, r, p, hooks) {
  const parts = [];
  if (p.text) parts.push({ text: p.text });
  for (const c of p.calls)
    parts.push({ functionCall: { id: c.id, name: c.name, args: c.args }, thoughtSignature: 'c2lnbmF0dXJl' });
  const usageMetadata = {
    promptTokenCount: p.usage.input,
    candidatesTokenCount: p.usage.output,
    totalTokenCount: p.usage.input + p.usage.output,
    cachedContentTokenCount: p.usage.cached,
  };
  const msg = (ps, last) => ({
    candidates: [{ content: { role: 'model', parts: ps }, index: 0, ...(last ? { finishReason: 'STOP' } : {}) }],
    modelVersion: r.model,
    responseId: `g${seq}`,
    ...(last ? { usageMetadata } : {}),
  });
  if (!r.stream) {
    res.writeHead(200, { 'content-type': 'application/json' });
    return res.end(JSON.stringify(msg(parts, true)));
  }
  const s = sse(res);
  await hooks.mid(res);
  for (const [i, part] of parts.entries()) {
    const last = i === parts.length - 1;
    const bits = part.text !== undefined ? chunks(part.text).map((t) => ({ text: t })) : [part];
    for (const [j, bit] of bits.entries()) {
      s.data(msg([bit], last && j === bits.length - 1));
      await hooks.chunk();
    }
  }
  if (!parts.length) s.data(msg([{ text: '' }], true));
  res.end();
}

// ---------------------------------------------------------------- errors in each dialect's own shape
const KIND = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  403: 'permission_error',
  404: 'not_found_error',
  429: 'rate_limit_error',
  500: 'api_error',
  503: 'overloaded_error',
  529: 'overloaded_error',
};
function fail(res, dialect, e) {
  const status = e.status ?? 500,
    message = e.message ?? `scripted ${status}`,
    type = e.type ?? KIND[status] ?? 'api_error';
  const h = { 'content-type': 'application/json' };
  if (e.retryAfter !== undefined) h['retry-after'] = String(e.retryAfter);
  const G = {
    400: 'INVALID_ARGUMENT',
    401: 'UNAUTHENTICATED',
    403: 'PERMISSION_DENIED',
    404: 'NOT_FOUND',
    429: 'RESOURCE_EXHAUSTED',
    500: 'INTERNAL',
    503: 'UNAVAILABLE',
  };
  const body =
    dialect === 'anthropic'
      ? { type: 'error', error: { type, message }, request_id: `req_${seq}` }
      : dialect === 'gemini'
        ? { error: { code: status, message, status: G[status] ?? 'INTERNAL' } }
        : {
            error: {
              message,
              type,
              code: status === 429 ? 'rate_limit_exceeded' : status === 401 ? 'invalid_api_key' : type,
              param: null,
            },
          };
  res.writeHead(status, h);
  res.end(JSON.stringify(body));
}

// ---------------------------------------------------------------- http
const body = (req) =>
  new Promise((ok, no) => {
    const c = [];
    req.on('data', (d) => c.push(d));
    req.on('end', () => ok(Buffer.concat(c)));
    req.on('error', no);
  });
const json = (res, o, status = 200) => {
  res.writeHead(status, { 'content-type': 'application/json' });
  res.end(JSON.stringify(o));
};

const server = http.createServer(async (req, res) => {
  const url = new URL(req.url, 'http://x');
  const p = url.pathname.replace(/\/+$/, '') || '/';
  try {
    // ---- control surface of the rig
    if (p === '/__log') return json(res, requests);
    if (p === '/__open') return json(res, [...open]);
    if (p === '/__reload') {
      readScripts();
      return json(res, [...scripts.keys()]);
    }
    if (p === '/__reset') {
      requests.length = 0;
      faults.length = 0;
      errorHits.clear();
      return json(res, { ok: true });
    }
    if (p === '/__fault') {
      const f = JSON.parse(await body(req));
      for (let i = 0; i < (f.times ?? 1); i++) faults.push(f);
      return json(res, { queued: faults.length });
    }
    if (p === '/__script') {
      const s = JSON.parse(await body(req));
      scripts.set(s.name, s);
      return json(res, { ok: true });
    }

    let raw = req.method === 'POST' ? await body(req) : Buffer.alloc(0);
    if (req.headers['content-encoding']) {
      const z = await import('node:zlib');
      const f = { gzip: z.gunzipSync, br: z.brotliDecompressSync, deflate: z.inflateSync, zstd: z.zstdDecompressSync }[
        req.headers['content-encoding']
      ];
      if (f) raw = f(raw);
    }
    const b = raw.length ? JSON.parse(raw) : {};
    let r = null,
      answer = null,
      m;
    if (p.endsWith('/messages/count_tokens')) {
      note({ seq: ++seq, path: p, t: Date.now() });
      return json(res, { input_tokens: 1000 });
    }
    if (p.endsWith('/messages')) {
      r = readAnthropic(b);
      answer = answerAnthropic;
    } else if (p.endsWith('/chat/completions')) {
      r = readChat(b);
      answer = answerChat;
    } else if (p.endsWith('/responses') && req.method === 'POST') {
      r = readResponses(b);
      answer = answerResponses;
    } else if ((m = p.match(/\/models\/([^/:]+):(streamGenerateContent|generateContent|countTokens)$/))) {
      if (m[2] === 'countTokens') {
        note({ seq: ++seq, path: p, t: Date.now() });
        return json(res, { totalTokens: 1000 });
      }
      r = readGemini(b, m[1], m[2] === 'streamGenerateContent');
      answer = answerGemini;
    } else if (p.endsWith('/models')) {
      note({ seq: ++seq, path: p, t: Date.now() });
      const ids = ['scripted', 'claude-sonnet-4-5', 'gpt-5', 'gemini-2.5-pro'];
      return json(res, {
        object: 'list',
        data: ids.map((id) => ({
          id,
          object: 'model',
          type: 'model',
          display_name: id,
          created: 0,
          created_at: '2025-01-01T00:00:00Z',
          owned_by: 'rig',
        })),
        has_more: false,
        models: [],
      });
    } else {
      note({ seq: ++seq, path: req.method + ' ' + p, t: Date.now(), unknown: true });
      return json(res, { error: { message: `rig: no route ${req.method} ${p}` } }, 404);
    }

    const my = ++seq;
    const loc = locate(r);
    const side = r.tools.length === 0 && !loc.script?.noTools;
    const rec = {
      seq: my,
      t: Date.now(),
      path: p,
      dialect: r.dialect,
      model: r.model,
      stream: r.stream,
      script: side ? null : loc.name,
      step: side ? null : loc.step,
      side,
      auth: !!(req.headers.authorization || req.headers['x-api-key'] || req.headers['x-goog-api-key']),
      ua: req.headers['user-agent'],
      tools: r.tools.map((t) => (t.ns ? t.ns + '/' : '') + t.name),
      msgs: r.msgs.length,
      users: r.msgs.filter((x) => x.role === 'user').length,
      lastUser: r.msgs
        .filter((x) => x.role === 'user')
        .at(-1)
        ?.text.slice(-400),
      lastResult: loc.after
        .flatMap((x) => x.results)
        .at(-1)
        ?.slice(0, 600),
      injectedAnywhere: raw.includes('INJECTED') || undefined, // the word in any place of the raw request (tool result, reminder, ...)
      injected: loc.after.filter((x) => x.role === 'user' && x.text.trim()).map((x) => x.text.slice(0, 300)),
    };
    if (opt.bodies) rec.body = b;

    const f = faults.shift();
    if (f && !f.ok) {
      rec.answered = `fault ${f.status ?? f.kind}`;
      note(rec);
      if (f.kind === 'hang') {
        open.add(my);
        res.on('close', () => open.delete(my));
        return;
      }
      if (f.kind === 'reset') return req.socket.destroy();
      return fail(res, r.dialect, f);
    }

    const pl = side
      ? { text: aside(r), calls: [], usage: { input: 10, output: 5, cached: 0 }, raw: {}, problems: [] }
      : plan(r, loc);
    rec.vars = pl.vars && { ...pl.vars, last: undefined };
    rec.problems = pl.problems.length ? pl.problems : undefined;
    const e = pl.raw.error;
    if (e) {
      const key = `${loc.name}#${loc.step}#${r.msgs[loc.at]?.text.slice(0, 2000)}`;
      const hit = (errorHits.get(key) ?? 0) + 1;
      errorHits.set(key, hit);
      if (e.times === undefined || e.times < 0 || hit <= e.times) {
        rec.answered = `error ${e.status}`;
        note(rec);
        return fail(res, r.dialect, e);
      }
      // the error is used up: play the step's own text / calls (or "ok")
      if (!pl.text && !pl.calls.length) pl.text = 'recovered';
    }
    rec.answered = pl.calls.length ? pl.calls.map((c) => c.name).join('+') : 'text';
    note(rec);
    open.add(my);
    res.on('close', () => {
      open.delete(my);
      if (!res.writableFinished) note({ seq: my, t: Date.now(), clientGone: true });
    });
    if (pl.raw.delayMs) await sleep(pl.raw.delayMs);
    if (pl.raw.hang) return; // never answers at all
    if (res.destroyed) return;
    await answer(res, r, pl, {
      chunk: () => (pl.raw.chunkMs ? sleep(pl.raw.chunkMs) : undefined),
      mid: async (x) => {
        if (pl.raw.stall) await new Promise(() => {}); // headers sent, then silence
        if (pl.raw.drop) {
          x.destroy();
          await new Promise(() => {});
        } // connection cut mid-stream
      },
    });
  } catch (err) {
    note({ seq, t: Date.now(), path: p, exception: String(err?.stack ?? err) });
    if (!res.headersSent) json(res, { error: { message: String(err) } }, 500);
    else res.end();
  }
});
server.keepAliveTimeout = 65_000;
server.listen(opt.port, '127.0.0.1', () => {
  const line = JSON.stringify({
    ready: true,
    port: server.address().port,
    url: `http://127.0.0.1:${server.address().port}`,
    scripts: [...scripts.keys()],
  });
  if (opt.readyFile) {
    fs.writeFileSync(opt.readyFile + '.tmp', line + '\n');
    fs.renameSync(opt.readyFile + '.tmp', opt.readyFile);
  }
  console.log(line);
});
for (const sig of ['SIGTERM', 'SIGINT'])
  process.on(sig, () => {
    server.closeAllConnections();
    server.close(() => process.exit(0));
    setTimeout(() => process.exit(0), 500).unref();
  });
