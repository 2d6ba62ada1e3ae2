;; Wants something of its host that does not exist.
(module
  (import "drover" "launch" (func (param i32)))
  (memory (export "memory") 1)
  (func (export "slice") (param i64) (result i64) (i64.const 0)))
