;; Needs 2 MiB and can use 4 MiB.
(module
  (memory (export "memory") 32 64)
  (func (export "slice") (param i64) (result i64) (i64.const 1000000)))
