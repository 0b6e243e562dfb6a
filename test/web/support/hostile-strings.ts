/** A hundred texts that would do something in a page that took them for more than text. */
const SCRIPT = 'globalThis.ran=1';

const MARKUP = [
  `<script>${SCRIPT}</script>`,
  `<img src=x onerror="${SCRIPT}">`,
  `<svg onload="${SCRIPT}">`,
  `"><script>${SCRIPT}</script>`,
  `'><img src=x onerror=${SCRIPT}>`,
  `</p><iframe srcdoc="<script>parent.ran=1</script>">`,
  `<a href="javascript:${SCRIPT}">x</a>`,
  `<base href="https://evil.example/">`,
  `<link rel=stylesheet href="https://evil.example/x.css">`,
  `<style>@import url(https://evil.example/x.css)</style>`,
  `<meta http-equiv=refresh content="0;url=https://evil.example/">`,
  `<form action="https://evil.example/"><button>x</button></form>`,
  `<object data="https://evil.example/x.swf"></object>`,
  `<video src=x onerror="${SCRIPT}"></video>`,
  `<details open ontoggle="${SCRIPT}">`,
  `<template><script>${SCRIPT}</script></template>`,
  `<math><mtext><script>${SCRIPT}</script></mtext></math>`,
  `<!--><script>${SCRIPT}</script>-->`,
  `<plaintext>`,
  `&lt;script&gt;${SCRIPT}&lt;/script&gt;`,
];
const CODE = [
  `javascript:${SCRIPT}`,
  `data:text/html,<script>${SCRIPT}</script>`,
  '{{constructor.constructor("globalThis.ran=1")()}}',
  '${globalThis.ran=1}',
  '<%= 7*7 %>',
  '#{7*7}',
  '__proto__',
  'constructor',
  'toString',
  '$&$1$`',
];
const ODD = [
  '\u202Egnirts desrever',
  '\u2066isolate\u2069',
  'zero\u200Bwidth\u200Djoiner\uFEFF',
  'a\u0300\u0301\u0302\u0303\u0304\u0305\u0306\u0307',
  '\u0000null',
  '\u001B[31mred\u001B[0m',
  '\r\n\r\nHTTP/1.1 200 OK',
  '𠮷𠮷𠮷',
  '👩‍👩‍👧‍👦',
  'W'.repeat(300),
  '長'.repeat(200),
  'https://evil.example/'.repeat(10),
  "'; DROP TABLE records; --",
  '../../../../etc/passwd',
  'file:///etc/passwd',
  '|cat /etc/passwd',
  '=HYPERLINK("https://evil.example")',
  '%s%n%x%p',
  '\uFFFF\uFFFE',
  ' ',
];

/** The same again between other texts, where a filter that looks at beginnings would miss them. */
const WITHIN = [...MARKUP, ...CODE, ...ODD].map((text) => `CHAN ${text} MAN`);

export const HOSTILE_STRINGS: readonly string[] = [...MARKUP, ...CODE, ...ODD, ...WITHIN];
