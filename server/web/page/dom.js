// Helpers that build elements. Text stays text: nothing here parses HTML.

export const byId = id => document.getElementById(id)

// element makes <tag>. A name that the element has (className, onclick) sets its property, any other (aria-label) an attribute.
export function element(tag, properties = {}, ...children) {
  const made = document.createElement(tag)
  for (const [name, value] of Object.entries(properties)) {
    if (name in made) made[name] = value
    else made.setAttribute(name, value)
  }
  made.append(...children)
  return made
}

// show replaces the content of a box, and hides the box if there is none.
export function show(box, ...children) {
  box.replaceChildren(...children)
  box.hidden = children.length === 0
}
