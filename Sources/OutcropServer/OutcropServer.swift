/// The routes of the product over its parts; built by the executable, which alone reads the environment.
package struct OutcropServer {}
