;; Does nothing, for ever, and does not listen when it is asked to stop.
(module
  (memory (export "memory") 1)
  (func (export "slice") (param i64) (result i64) (i64.const 1000000)))
