// The properties of a device status: name, type, enumeration members and so on, from the contract, in the API's order.

export const properties = await (await fetch('/web/properties.json')).json()

const spellings = { os: 'OS' }

// label turns a property's name into words: osVersion into "OS version", lastSyncDateTime into "Last sync".
export function label(name) {
  const words = name.replace(/(?<=.)DateTime$/, '').split(/(?=[A-Z])/).map(word => word.toLowerCase())
  const text = words.map(word => spellings[word] ?? word).join(' ')
  return text[0].toUpperCase() + text.slice(1)
}
