/**
 * The page's only Trusted Types policy: nothing but scripts of our own origin may be started. Browsers without Trusted
 * Types take the address as it is; `script-src 'self'` holds there too.
 */
interface ScriptUrlPolicy {
  createScriptURL(url: string): string;
}

interface TrustedTypes {
  createPolicy(name: string, rules: ScriptUrlPolicy): ScriptUrlPolicy;
}

const NAME = 'hcl-workers';
const rules: ScriptUrlPolicy = { createScriptURL: sameOrigin };
const { trustedTypes } = globalThis as { readonly trustedTypes?: TrustedTypes };
const policy = trustedTypes?.createPolicy(NAME, rules) ?? rules;

/** Throws for another origin. */
export function trustedScriptUrl(url: string): string {
  return policy.createScriptURL(url);
}

function sameOrigin(url: string): string {
  const resolved = new URL(url, location.href);
  if (resolved.origin !== location.origin) throw new TypeError('a script of another origin');
  return resolved.href;
}
