import { baseOf, type OwnPresets, patchedPreset } from '../../core/frameworks/own-presets.ts';
import type { FrameworkPreset } from './framework.ts';
import { makePreset } from './make-preset.ts';

/**
 * The presets of a person's config file on top of those that are shipped, by name. What is not data (what hooks and
 * transcripts say) comes from the preset that is extended.
 */
export function ownFrameworks(
  presets: OwnPresets,
  shipped: Readonly<Record<string, FrameworkPreset>>,
): Record<string, FrameworkPreset> {
  const made = new Map<string, FrameworkPreset>();
  const presetOf = (name: string): FrameworkPreset | null => {
    const known = made.get(name);
    if (known !== undefined) return known;
    const patch = presets[name];
    if (patch === undefined) return shipped[name] ?? null;
    const base = baseOf(name, patch);
    const below = base === null ? null : base === name ? (shipped[name] ?? null) : presetOf(base);
    const preset = patched(name, below, patch);
    made.set(name, preset);
    return preset;
  };
  for (const name of Object.keys(presets)) presetOf(name);
  return Object.fromEntries(made);
}

function patched(name: string, below: FrameworkPreset | null, patch: OwnPresets[string]): FrameworkPreset {
  const data = patchedPreset(below?.data ?? null, patch);
  if (below === null) return makePreset(name, data);
  const { files, readHook, transcript, terminal, headless } = below;
  // Patterns of one's own are read by the reader that goes by patterns.
  const readsAsBelow = patch.screen === undefined && patch.title === undefined && patch.dialogs === undefined;
  return makePreset(name, data, {
    ...(files === undefined ? {} : { files }),
    ...(readHook === undefined ? {} : { readHook }),
    ...(transcript === undefined ? {} : { transcript }),
    ...(headless === undefined ? {} : { stream: headless }),
    ...(readsAsBelow && terminal !== undefined ? { read: terminal.read } : {}),
  });
}
