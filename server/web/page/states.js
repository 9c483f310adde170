// The seven install states as people read them: a sign that needs no colour, and a name.

export const states = {
  installed: { sign: '✓', name: 'Installed' },
  pendingInstall: { sign: '…', name: 'Pending' },
  failed: { sign: '✕', name: 'Failed' },
  uninstallFailed: { sign: '✕', name: 'Uninstall failed' },
  notInstalled: { sign: '–', name: 'Not installed' },
  notApplicable: { sign: '∅', name: 'Not applicable' },
  unknown: { sign: '?', name: 'Unknown' },
}
